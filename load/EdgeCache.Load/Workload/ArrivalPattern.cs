namespace EdgeCache.Load.Workload;

/// <summary>How arrivals of an open loop lie in time, at the same rate.</summary>
internal enum ArrivalPattern
{
    /// <summary>As in the registry trace: a coefficient of variation of 2.26, most of them in bursts.</summary>
    Bursty,

    /// <summary>Independent of each other.</summary>
    Poisson,

    /// <summary>As a clock ticks.</summary>
    Even,
}
