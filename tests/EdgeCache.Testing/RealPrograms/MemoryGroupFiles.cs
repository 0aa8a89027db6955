namespace EdgeCache.Testing.RealPrograms;

/// <summary>What the files of a memory cgroup are called (the kernel's admin-guide, cgroup-v1/memory and cgroup-v2).</summary>
/// <param name="Events">Where <c>oom_kill</c> is counted.</param>
/// <param name="OwnMemory">The keys of memory that is in no file on a disk.</param>
internal sealed record MemoryGroupFiles(string Limit, string Usage, string Peak, string Events, IReadOnlyList<string> OwnMemory)
{
    public static MemoryGroupFiles Version1 { get; } =
        new("memory.limit_in_bytes", "memory.usage_in_bytes", "memory.max_usage_in_bytes", "memory.oom_control", ["rss", "shmem"]);

    public static MemoryGroupFiles Version2 { get; } = new("memory.max", "memory.current", "memory.peak", "memory.events", ["anon", "shmem"]);

    /// <summary>A key and a value a line.</summary>
    public string Statistics => "memory.stat";
}
