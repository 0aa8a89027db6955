namespace EdgeCache.Core.Oci;

/// <summary>Whether bytes are a manifest that may be stored and served, and if not, why.</summary>
public enum ManifestOutcome
{
    Valid,

    /// <summary>Longer than <see cref="ManifestDocument.MaxSizeBytes"/>.</summary>
    TooLarge,

    /// <summary>Not one JSON object, or nested deeper than any manifest is.</summary>
    NotJson,

    /// <summary>Neither the Content-Type, nor <c>mediaType</c>, nor the structure says which of the <see cref="ManifestTypes"/> it is.</summary>
    UnknownType,

    /// <summary>It could be read as two different manifests (CVE-2021-41190).</summary>
    Conflict,

    /// <summary>A property of the type is missing or has the wrong shape, or a descriptor's digest or size is not valid.</summary>
    Malformed,

    /// <summary>More than <see cref="ManifestDocument.MaxDescriptors"/>.</summary>
    TooManyDescriptors,
}
