namespace EdgeCache.Core.Oci;

/// <summary>
/// What a manifest's bytes say: its type and what it names (OCI image-spec, "Image Manifest" and "Image Index"; Docker image manifest v2,
/// schema 2). Immutable. The bytes themselves are stored and served as they came; this is never serialised back.
/// </summary>
public sealed class ManifestDocument
{
    /// <summary>PROMISES, "memory ← oversized manifest": registries refuse more (OCI distribution-spec, "Pushing Manifests").</summary>
    public const int MaxSizeBytes = 4 * 1024 * 1024;

    /// <summary>An image has at most 127 layers in practice; the largest indexes have some thousand members.</summary>
    public const int MaxDescriptors = 10_000;

    internal ManifestDocument(ManifestTypes type, IReadOnlyList<Descriptor> descriptors, IReadOnlyList<Descriptor> foreign)
    {
        Type = type;
        Descriptors = descriptors;
        Foreign = foreign;
    }

    /// <summary>Exactly one type.</summary>
    public ManifestTypes Type { get; }

    /// <summary>What the repository holds by the word of this manifest, in its order: the config, then layers, blobs or members.</summary>
    public IReadOnlyList<Descriptor> Descriptors { get; }

    /// <summary>
    /// Descriptors with <c>urls</c>. Registries do not check that they hold these, so that they prove nothing about the repository and make no
    /// link; the addresses are never dialled.
    /// </summary>
    public IReadOnlyList<Descriptor> Foreign { get; }

    /// <summary>
    /// The manifest this one refers to (OCI distribution-spec, "Referrers"); null where there is none. It need not exist, so that it makes no link either.
    /// </summary>
    public Descriptor? Subject { get; internal init; }

    public string? ArtifactType { get; internal init; }

    /// <summary>Parses a manifest.</summary>
    /// <param name="content">The whole bytes.</param>
    /// <param name="contentType">
    /// The Content-Type it came with. One that says nothing (none, <c>application/json</c>, <c>text/plain</c>, <c>…/octet-stream</c>) leaves the
    /// type to the body's <c>mediaType</c> or, without that, to its structure.
    /// </param>
    /// <param name="document">Set if and only if the outcome is Valid.</param>
    public static ManifestOutcome TryParse(ReadOnlySpan<byte> content, string? contentType, out ManifestDocument? document)
    {
        document = null;
        if (content.Length > MaxSizeBytes)
        {
            return ManifestOutcome.TooLarge;
        }

        var outcome = ManifestOutline.TryRead(content, out var outline);
        if (outcome == ManifestOutcome.Valid)
        {
            outcome = outline.TryFindType(contentType, out var type);
            if (outcome == ManifestOutcome.Valid)
            {
                var parser = new ManifestParser(content);
                outcome = parser.TryRead(outline, type, out document);
            }
        }

        return outcome;
    }
}
