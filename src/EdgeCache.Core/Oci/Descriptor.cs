namespace EdgeCache.Core.Oci;

/// <summary>What a manifest says of something it names (OCI image-spec, "Descriptors").</summary>
/// <param name="SizeBytes">The content's size; -1 where the manifest gives none.</param>
/// <param name="IsManifest">Whether it is itself a manifest (a member of an index).</param>
public readonly record struct Descriptor(Digest Digest, long SizeBytes, string? MediaType, bool IsManifest);
