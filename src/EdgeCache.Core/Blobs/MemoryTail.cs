namespace EdgeCache.Core.Blobs;

/// <summary>The last bytes of a growing file once more, in memory, at the same offsets.</summary>
/// <param name="Lease">To dispose.</param>
/// <param name="From">The offset of the first of them.</param>
public sealed record MemoryTail(BlobLease Lease, long From);
