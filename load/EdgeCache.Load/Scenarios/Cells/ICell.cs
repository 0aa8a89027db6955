using EdgeCache.Load.Peers;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>One thing that is measured at each server in turn. One caller at a time.</summary>
internal interface ICell
{
    /// <summary>As tables and --only call it, such as <c>blob-4MiB/8</c>.</summary>
    string Name { get; }

    /// <summary>More rounds than this tell nothing new.</summary>
    int MaxRounds { get; }

    /// <summary>Whether the origin itself is measured beside its caches.</summary>
    bool IncludesOrigin => false;

    /// <summary>Whether what went before would show: servers are started anew for this cell.</summary>
    bool NeedsFreshServers => false;

    bool CanMeasure(PeerServer server) => true;

    /// <summary>Brings a server into the state that is measured, and checks its answers.</summary>
    /// <exception cref="InvalidDataException">An answer is wrong.</exception>
    Task PrepareAsync(PeerServer server, CancellationToken cancellationToken);

    /// <param name="round">From 1.</param>
    Task<CellMeasure> MeasureAsync(PeerServer server, int round, CancellationToken cancellationToken);
}
