namespace EdgeCache.Load.Measuring;

/// <summary>What the nodes' processes take, together.</summary>
/// <param name="Cpu">Since their start.</param>
internal sealed record NodeUsage(TimeSpan Cpu, long ResidentBytes, long ProportionalBytes, int OpenFiles)
{
    /// <summary>Those of the open files that the nodes account for: kept for the next reader, up to a limit of their own, and clients' connections.</summary>
    public int ExplainedFiles { get; init; }

    /// <summary>Processes that have ended count nothing.</summary>
    public static NodeUsage Read(IEnumerable<int> processIds)
    {
        var sum = new NodeUsage(TimeSpan.Zero, 0, 0, 0);
        foreach (var id in processIds)
        {
            var memory = ProcessTree.ReadMemory(id);
            sum = new NodeUsage(
                sum.Cpu + ProcessTree.ReadCpu(id),
                sum.ResidentBytes + memory.ResidentBytes,
                sum.ProportionalBytes + memory.ProportionalBytes,
                sum.OpenFiles + Measuring.OpenFiles.Count(id));
        }

        return sum;
    }
}
