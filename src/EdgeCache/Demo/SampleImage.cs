using EdgeCache.Core.Oci;

namespace EdgeCache.Demo;

/// <summary>
/// One generated manifest with what hangs on it: an image, an index of images, or an artifact. Immutable; made by
/// <see cref="SampleRepositoryBuilder"/>.
/// </summary>
public sealed record SampleImage
{
    public required Digest Digest { get; init; }

    public required string MediaType { get; init; }

    /// <summary>The manifest's raw bytes.</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>The platform's architecture; null for an index or an artifact.</summary>
    public string? Architecture { get; init; }

    /// <summary>The artifact's type; null for an image or an index.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The configuration blob; none for an index.</summary>
    public Digest Config { get; init; }

    /// <summary>The layers' blobs, from the bottom up; none for an index.</summary>
    public IReadOnlyList<Digest> Layers { get; init; } = [];

    /// <summary>The members of an index.</summary>
    public IReadOnlyList<SampleImage> Members { get; init; } = [];
}
