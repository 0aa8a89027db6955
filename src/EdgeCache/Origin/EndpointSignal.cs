namespace EdgeCache.Origin;

/// <summary>What an attempt tells of an endpoint's health.</summary>
internal enum EndpointSignal
{
    /// <summary>It answered, whatever it answered.</summary>
    Answered,

    /// <summary>It lives, and said nothing of its health: a refused redirect, a 429.</summary>
    Neutral,

    /// <summary>The attempt was given up before the endpoint could tell: its client left.</summary>
    Untold,

    /// <summary>A 5xx, or what is no HTTP.</summary>
    Failed,

    /// <summary>A time-out, or an answer that broke off.</summary>
    Silent,

    /// <summary>No connection: waiting for four more of these would only cost every request its connect time-out.</summary>
    Unreachable,
}
