using EdgeCache.Core.Oci;

namespace EdgeCache.Routing;

/// <summary>
/// Docker Hub's rule that an official image's name of one component lives under <c>library/</c>. Clients add it for names they know to be
/// docker.io's, and do not under a path prefix or a Host of ours (PROTOCOL 2). Pure.
/// </summary>
internal static class DockerHubNames
{
    public const string Upstream = "docker.io";

    private const string OfficialPrefix = "library/";

    public static bool AppliesTo(string upstream) => upstream.Equals(Upstream, StringComparison.OrdinalIgnoreCase);

    /// <summary>Parses a repository's name as Docker Hub knows it: with the prefix, exactly once.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out RepositoryName name)
    {
        if (text.Contains('/'))
        {
            return RepositoryName.TryParse(text, out name);
        }

        if (text.Length > RepositoryName.MaxLength - OfficialPrefix.Length)
        {
            name = default;
            return false;
        }

        Span<char> buffer = stackalloc char[RepositoryName.MaxLength];
        OfficialPrefix.CopyTo(buffer);
        text.CopyTo(buffer[OfficialPrefix.Length..]);
        return RepositoryName.TryParse(buffer[..(OfficialPrefix.Length + text.Length)], out name);
    }
}
