using EdgeCache.Core.Oci;

namespace EdgeCache.Load.Measuring;

/// <summary>A manifest or a blob that a client got.</summary>
internal readonly record struct LoggedRequest(Digest Digest, long SizeBytes, bool IsManifest);
