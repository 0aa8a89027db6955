using EdgeCache.Lab.SlowReaders;
using Xunit;

namespace EdgeCache.FunctionalTests.Lab;

/// <summary>A fact that needs a memory cgroup of its own; skipped, with the reason, where there can be none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MemoryGroupFactAttribute : FactAttribute
{
    /// <summary>What a node has there.</summary>
    internal const long MemoryBytes = 256L << 20;

    public MemoryGroupFactAttribute() => Skip = SlowReaderRuns.ExplainSkip(new SlowReaderSettings { MemoryBytes = MemoryBytes });
}
