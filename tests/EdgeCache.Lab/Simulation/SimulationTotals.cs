namespace EdgeCache.Lab.Simulation;

/// <summary>What happened in a run, so that nobody takes an empty one for a good one.</summary>
/// <param name="Kept">Beginnings of blobs that outlived a restart.</param>
/// <param name="HeldUp">Steps after which a fill waited for its slowest reader.</param>
internal sealed record SimulationTotals(
    long Steps, long Served, long Failed, long Left, long Answers, long Faults, long DiskHits, long Evicted, long Restarts, long Kept, long HeldUp)
{
    public static SimulationTotals None { get; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    public static SimulationTotals operator +(SimulationTotals a, SimulationTotals b) => new(
        a.Steps + b.Steps, a.Served + b.Served, a.Failed + b.Failed, a.Left + b.Left, a.Answers + b.Answers, a.Faults + b.Faults, a.DiskHits + b.DiskHits,
        a.Evicted + b.Evicted, a.Restarts + b.Restarts, a.Kept + b.Kept, a.HeldUp + b.HeldUp);
}
