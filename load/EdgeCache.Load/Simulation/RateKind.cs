namespace EdgeCache.Load.Simulation;

/// <summary>What of the requests a hit rate counts.</summary>
internal enum RateKind
{
    /// <summary>The smaller of the two.</summary>
    Both,

    Bytes,

    Count,
}
