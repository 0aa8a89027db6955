using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Index;

/// <summary>The knowledge that a repository holds a digest: from a manifest served through it, or from the upstream's own answer.</summary>
/// <param name="Type">The manifest's type, or None for a blob (or a manifest whose type is not known yet).</param>
/// <param name="SizeBytes">The size by a descriptor or by verified bytes; -1 where neither told one yet.</param>
/// <param name="LinkedAt">When it was learnt, UTC.</param>
public readonly record struct LinkEntry(ManifestTypes Type, long SizeBytes, DateTimeOffset LinkedAt);
