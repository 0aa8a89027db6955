using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Index;

/// <summary>What a tag meant for one class of Accept when upstream was last asked.</summary>
/// <param name="ValidatedAt">When upstream last said so, UTC; a time in the future counts as stale.</param>
public readonly record struct TagEntry(Digest Digest, ManifestTypes Type, long SizeBytes, DateTimeOffset ValidatedAt);
