namespace EdgeCache.Core.Oci;

/// <summary>The media types of manifests, and what an Accept header means in terms of them.</summary>
public static class MediaTypes
{
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciArtifact = "application/vnd.oci.artifact.manifest.v1+json";
    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string OctetStream = "application/octet-stream";

    private static readonly (ManifestTypes Type, string Text)[] All =
    [
        (ManifestTypes.OciIndex, OciIndex),
        (ManifestTypes.DockerManifestList, DockerManifestList),
        (ManifestTypes.OciManifest, OciManifest),
        (ManifestTypes.DockerManifest, DockerManifest),
        (ManifestTypes.OciArtifact, OciArtifact),
    ];

    /// <summary>The text of a single manifest type.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is a set, or none.</exception>
    public static string ToText(ManifestTypes type)
    {
        foreach (var entry in All)
        {
            if (entry.Type == type)
            {
                return entry.Text;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(type), type, "Not a single manifest type.");
    }

    /// <summary>The type that a Content-Type or <c>mediaType</c> names, parameters ignored; None for any other.</summary>
    public static ManifestTypes Parse(ReadOnlySpan<char> text)
    {
        var semicolon = text.IndexOf(';');
        var name = (semicolon < 0 ? text : text[..semicolon]).Trim();
        foreach (var entry in All)
        {
            if (name.Equals(entry.Text, StringComparison.OrdinalIgnoreCase))
            {
                return entry.Type;
            }
        }

        return ManifestTypes.None;
    }

    /// <summary>
    /// The set that an Accept header's values allow: everything where there is none, or where it names a wildcard
    /// (<c>*/*</c>, <c>application/*</c>) or nothing that we know (an old client that asks for JSON gets what there is). A member with q=0 is left out.
    /// </summary>
    public static ManifestTypes ParseAccept(IEnumerable<string?> values)
    {
        var accepted = ManifestTypes.None;
        foreach (var value in values)
        {
            foreach (var range in value.AsSpan().Split(','))
            {
                accepted |= ParseRange(value.AsSpan()[range]);
            }
        }

        return accepted == ManifestTypes.None ? ManifestTypes.All : accepted;
    }

    /// <summary>The value of the Accept header that asks for a set.</summary>
    public static string ToAccept(ManifestTypes types) =>
        string.Join(", ", All.Where(entry => (entry.Type & types) != 0).Select(entry => entry.Text));

    private static ManifestTypes ParseRange(ReadOnlySpan<char> range)
    {
        var semicolon = range.IndexOf(';');
        var name = (semicolon < 0 ? range : range[..semicolon]).Trim();
        if (semicolon >= 0 && range[(semicolon + 1)..].Trim() is "q=0" or "q=0.0")
        {
            return ManifestTypes.None;
        }

        return name is "*/*" or "application/*" ? ManifestTypes.All : Parse(name);
    }
}
