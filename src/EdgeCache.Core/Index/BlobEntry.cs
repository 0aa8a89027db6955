using EdgeCache.Core.Blobs;
namespace EdgeCache.Core.Index;

/// <summary>What the index knows of one stored file.</summary>
/// <param name="SizeBytes">The file's length, verified when it was published.</param>
/// <param name="Pool">Which folder and which budget it belongs to.</param>
/// <param name="Slot">Its place in the eviction policy of this process; never on disk.</param>
public readonly record struct BlobEntry(long SizeBytes, BlobPool Pool, int Slot);
