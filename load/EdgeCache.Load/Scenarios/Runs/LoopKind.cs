namespace EdgeCache.Load.Scenarios.Runs;

/// <summary>Who sets the pace of a run.</summary>
internal enum LoopKind
{
    /// <summary>The clock: arrivals at a rate.</summary>
    Open,

    /// <summary>The server: each client asks again when it has its answer.</summary>
    Closed,

    /// <summary>The clock: all clients at once ask for one image that nobody has, then for the next one.</summary>
    Storm,
}
