namespace EdgeCache.Origin;

/// <summary>What an attempt tells of an endpoint's health.</summary>
internal enum EndpointSignal
{
    /// <summary>It answered, whatever it answered.</summary>
    Answered,

    /// <summary>It said nothing of its health: a refused redirect, a 429.</summary>
    Neutral,

    /// <summary>A 5xx, a time-out, a body that broke off.</summary>
    Failed,

    /// <summary>No connection: waiting for two more of these would only cost every request its connect time-out.</summary>
    Unreachable,
}
