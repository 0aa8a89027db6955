namespace EdgeCache.Load.Simulation;

/// <summary>Replays a trace for each capacity and each way to cache; side by side where there are processors.</summary>
/// <param name="warmUp">The share of the first requests that are not counted.</param>
internal sealed class SimulationRuns(double warmUp, int seed)
{
    /// <summary>One node, each policy.</summary>
    public IReadOnlyList<SimulationFigures> Policies(string kind, RequestTrace trace, IReadOnlyList<CapacityShare> capacities, CancellationToken cancellationToken)
    {
        var cells = from policy in Policy.All from capacity in capacities select (policy, capacity);
        return [.. cells.AsParallel().AsOrdered().WithCancellation(cancellationToken).Select(cell =>
        {
            var bytes = cell.capacity.Of(trace);
            using var cache = cell.policy.Create(trace, bytes);
            var rate = Replay.Run(trace, cache, WarmUpOf(trace), cancellationToken);
            return new SimulationFigures(kind, cell.policy.Name, 1, null, cell.capacity.Text, bytes, rate);
        })];
    }

    /// <summary>The node's own eviction: one node, and a fleet that shares the same capacity, with each balance.</summary>
    public IReadOnlyList<SimulationFigures> Fleets(
        string kind, RequestTrace trace, IReadOnlyList<CapacityShare> capacities, int nodes, IReadOnlyList<Balance> balances, CancellationToken cancellationToken)
    {
        var ways = balances.Select(balance => (Nodes: nodes, Balance: (Balance?)balance)).Prepend((Nodes: 1, Balance: null));
        var cells = from way in ways from capacity in capacities select (way, capacity);
        return [.. cells.AsParallel().AsOrdered().WithCancellation(cancellationToken).Select(cell =>
        {
            var bytes = cell.capacity.Of(trace);
            var caches = Enumerable.Range(0, cell.way.Nodes).Select(_ => Policy.EdgeCache.Create(trace, bytes / cell.way.Nodes)).ToList();
            try
            {
                var rate = Replay.Run(trace, caches, cell.way.Balance ?? Balance.Affinity, seed, WarmUpOf(trace), cancellationToken);
                return new SimulationFigures(kind, Policy.EdgeCache.Name, cell.way.Nodes, cell.way.Balance?.ToString().ToLowerInvariant(), cell.capacity.Text, bytes, rate);
            }
            finally
            {
                caches.ForEach(cache => cache.Dispose());
            }
        })];
    }

    public DiskSizing Sizing(RequestTrace trace, Func<ReplayTally, double> valueOf) => new(trace, WarmUpOf(trace), valueOf);

    private int WarmUpOf(RequestTrace trace) => (int)(trace.Requests.Length * warmUp);
}
