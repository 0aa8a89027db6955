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
    /// The set that an Accept header's values allow (RFC 9110, section 12.5.1): everything where there is none, or where it names a wildcard
    /// (<c>*/*</c>, <c>application/*</c>) or nothing that we know (an old client that asks for JSON gets what there is). A member with a weight of
    /// zero is left out, also from what a wildcard allows.
    /// </summary>
    public static ManifestTypes ParseAccept(ReadOnlySpan<string?> values)
    {
        var accepted = ManifestTypes.None;
        var refused = ManifestTypes.None;
        foreach (var value in values)
        {
            foreach (var member in value.AsSpan().Split(','))
            {
                var types = ParseRange(value.AsSpan()[member], out var isRefused);
                accepted |= isRefused ? ManifestTypes.None : types;
                refused |= isRefused && types != ManifestTypes.All ? types : ManifestTypes.None;
            }
        }

        return (accepted == ManifestTypes.None ? ManifestTypes.All : accepted) & ~refused;
    }

    /// <summary>The value of the Accept header that asks for a set.</summary>
    public static string ToAccept(ManifestTypes types) =>
        string.Join(", ", All.Where(entry => (entry.Type & types) != 0).Select(entry => entry.Text));

    private static ManifestTypes ParseRange(ReadOnlySpan<char> member, out bool isRefused)
    {
        isRefused = false;
        var semicolon = member.IndexOf(';');
        if (semicolon >= 0)
        {
            var parameters = member[(semicolon + 1)..];
            foreach (var parameter in parameters.Split(';'))
            {
                isRefused |= IsZeroWeight(parameters[parameter].Trim());
            }
        }

        var name = (semicolon < 0 ? member : member[..semicolon]).Trim();
        var isWildcard = name is "*/*" || name.Equals("application/*", StringComparison.OrdinalIgnoreCase);
        return isWildcard ? ManifestTypes.All : Parse(name);
    }

    /// <summary><c>q=0</c> with up to three decimals, all zero.</summary>
    private static bool IsZeroWeight(ReadOnlySpan<char> parameter) =>
        parameter.StartsWith("q=0", StringComparison.OrdinalIgnoreCase) && !parameter[3..].ContainsAnyExcept('.', '0');
}
