using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Blobs;

/// <summary>A blob in its pool: for a while a digest may stand in both.</summary>
internal readonly record struct BlobKey(BlobPool Pool, Digest Digest);
