using EdgeCache.Core.Affinity;
using EdgeCache.Load.Simulation.Caches;

namespace EdgeCache.Load.Simulation;

/// <summary>Sends a trace's requests to caches in memory.</summary>
internal static class Replay
{
    /// <summary>One cache.</summary>
    /// <param name="warmUp">So many of the first requests are sent and not counted.</param>
    public static ReplayTally Run(RequestTrace trace, ISimulatedCache cache, int warmUp, CancellationToken cancellationToken) =>
        Run(trace, [cache], (_, _) => 0, warmUp, cancellationToken);

    /// <summary>Some nodes with a cache each.</summary>
    public static ReplayTally Run(RequestTrace trace, IReadOnlyList<ISimulatedCache> nodes, Balance balance, int seed, int warmUp, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        var homes = balance == Balance.Affinity ? HomesOf(trace, nodes.Count) : [];
        return Run(trace, nodes, (number, count) => balance == Balance.Affinity ? homes[number] : random.Next(count), warmUp, cancellationToken);
    }

    private static ReplayTally Run(
        RequestTrace trace, IReadOnlyList<ISimulatedCache> nodes, Func<int, int, int> choose, int warmUp, CancellationToken cancellationToken)
    {
        var rate = default(ReplayTally);
        for (var index = 0; index < trace.Requests.Length; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var number = trace.Requests[index];
            var isHit = nodes[choose(number, nodes.Count)].Request(index);
            if (index >= warmUp)
            {
                rate = rate.With(trace.SizeBytes[number], isHit);
            }
        }

        return rate;
    }

    /// <summary>The node that is each object's home, by the same hashing as the fleet's.</summary>
    private static int[] HomesOf(RequestTrace trace, int nodes)
    {
        var members = Enumerable.Range(1, nodes).Select(number => Rendezvous.HashOf($"http://edge-{number}:5000")).ToList();
        return [.. trace.Digests.Select(digest => Enumerable.Range(0, nodes).MaxBy(node => Rendezvous.Score(AffinityKey.Of(digest), members[node], 1)))];
    }
}
