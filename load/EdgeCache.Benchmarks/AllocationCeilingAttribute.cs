namespace EdgeCache.Benchmarks;

/// <summary>
/// What one call of a benchmark may allocate at most. Every benchmark has one, and tests/EdgeCache.Tests/Benchmarks checks it, in whatever configuration the
/// tests are built: in a Debug build the state machine of every async method is an object.
/// </summary>
/// <param name="bytes">On the calling thread, or in the whole process where <see cref="IsProcessWide"/>; the mean of a round.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AllocationCeilingAttribute(long bytes) : Attribute
{
    public long Bytes { get; } = bytes;

    /// <summary>Whether other threads take part in the work.</summary>
    public bool IsProcessWide { get; init; }

    /// <summary>The calls of one round of the check.</summary>
    public int Calls { get; init; } = 1000;
}
