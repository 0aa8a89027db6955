namespace EdgeCache.Core.Oci;

/// <summary>
/// The kinds of manifest this node stores, as a set. A single value is a manifest's type; a combination is what a client accepts.
/// The values are kept in the journal: never renumber.
/// </summary>
[Flags]
public enum ManifestTypes : byte
{
    None = 0,
    OciIndex = 1,
    DockerManifestList = 2,
    OciManifest = 4,
    DockerManifest = 8,
    OciArtifact = 16,
    All = OciIndex | DockerManifestList | OciManifest | DockerManifest | OciArtifact,
}
