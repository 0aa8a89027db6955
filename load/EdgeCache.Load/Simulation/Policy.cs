using EdgeCache.Load.Simulation.Caches;

namespace EdgeCache.Load.Simulation;

/// <summary>What decides who leaves a simulated cache.</summary>
internal sealed record Policy(string Name, Func<RequestTrace, long, ISimulatedCache> Create)
{
    /// <summary>The node's own eviction.</summary>
    public static Policy EdgeCache { get; } = new("edgecache", (trace, capacity) => new EvictorCache(trace, capacity));

    /// <summary>Beside others that are known from books, and the best there can be.</summary>
    public static IReadOnlyList<Policy> All { get; } =
    [
        EdgeCache,
        new("LRU", (trace, capacity) => new LruCache(trace, capacity)),
        new("FIFO", (trace, capacity) => new FifoCache(trace, capacity)),
        new("SIEVE", (trace, capacity) => new SieveCache(trace, capacity)),
        new("S3-FIFO", (trace, capacity) => new S3FifoCache(trace, capacity)),
        new("MIN", (trace, capacity) => new OptimalCache(trace, capacity)),
    ];
}
