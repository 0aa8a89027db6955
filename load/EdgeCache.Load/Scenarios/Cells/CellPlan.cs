namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>A cell before there is an origin: its name, the objects it needs, and how it is made.</summary>
internal sealed record CellPlan(string Name, Func<CellBench, CellObjects, ICell> Create)
{
    /// <summary>The size of the cached blob that it asks for; 0 is the image's manifest.</summary>
    public long HitBlobBytes { get; init; }

    /// <summary>Whether the manifest is asked for by its tag.</summary>
    public bool IsByTag { get; init; }

    /// <summary>The memory that each server and its page cache may take; 0 is no limit.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>The sizes of the blobs that nobody else may have asked for.</summary>
    public IReadOnlyList<long> ColdBlobBytes { get; init; } = [];
}
