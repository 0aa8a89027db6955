namespace EdgeCache.Load.Measuring;

/// <summary>The memory of a process and its descendants.</summary>
/// <param name="ResidentBytes">Pages in memory; those that several processes share count in each.</param>
/// <param name="ProportionalBytes">As the kernel's PSS: a page that N processes share counts as an Nth in each.</param>
internal readonly record struct MemoryUsage(long ResidentBytes, long ProportionalBytes);
