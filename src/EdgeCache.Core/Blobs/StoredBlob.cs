using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Blobs;

/// <summary>A file under its final name, as the disk shows it.</summary>
/// <param name="LastUsed">The file's modification time, which the store sets to the last use (coarsely): the order of eviction over a restart.</param>
public readonly record struct StoredBlob(Digest Digest, BlobPool Pool, long SizeBytes, DateTimeOffset LastUsed);
