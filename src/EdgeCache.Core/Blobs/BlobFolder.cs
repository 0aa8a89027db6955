namespace EdgeCache.Core.Blobs;

/// <summary>One of the folders that a pool's files are spread over.</summary>
/// <param name="Algorithm">Of the digests in it: <c>sha256</c>.</param>
/// <param name="Prefix">The first two hexadecimal digits of each.</param>
internal readonly record struct BlobFolder(BlobPool Pool, string Algorithm, string Prefix, string Path);
