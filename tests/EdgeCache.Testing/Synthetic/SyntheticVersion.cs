using EdgeCache.Core.Oci;
using EdgeCache.Demo;

namespace EdgeCache.Testing.Synthetic;

/// <summary>One version of an image: what its tag means, and everything that hangs on it. Immutable.</summary>
/// <param name="Root">What the tag means: an index, or the one manifest.</param>
/// <param name="Manifests">The root and an index's members.</param>
internal sealed record SyntheticVersion(
    Digest Root, IReadOnlyDictionary<Digest, SampleManifest> Manifests, IReadOnlyDictionary<Digest, Origin.OriginBody> Blobs)
{
    /// <summary>Of the blobs.</summary>
    public long Bytes { get; } = Blobs.Values.Sum(blob => blob.Length);
}
