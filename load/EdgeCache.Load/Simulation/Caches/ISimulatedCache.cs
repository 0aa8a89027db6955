namespace EdgeCache.Load.Simulation.Caches;

/// <summary>One cache of a replay, in memory: it knows which objects it holds, and no bytes. One request at a time, in the trace's order.</summary>
internal interface ISimulatedCache : IDisposable
{
    /// <summary>Asks for the trace's next request.</summary>
    /// <param name="index">Which request of the trace it is.</param>
    /// <returns>Whether it was a hit; after a miss it holds the object, where that fits.</returns>
    bool Request(int index);
}
