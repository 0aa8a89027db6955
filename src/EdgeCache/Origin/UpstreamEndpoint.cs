using System.Diagnostics.CodeAnalysis;
using EdgeCache.Core.Oci;

namespace EdgeCache.Origin;

/// <summary>
/// One endpoint of an upstream. Its base path is a prefix of the repository's name (a Harbor project, an Artifactory repository; PROTOCOL 11):
/// <c>https://harbor.example/hub</c> is asked for <c>/v2/hub/library/nginx/…</c>, with a token for <c>repository:hub/library/nginx:pull</c>.
/// A base path that is written with its <c>v2/</c> means the same. Where it serves several registries, as another node does, requests carry
/// <c>ns=</c> besides (PROTOCOL 9). Immutable.
/// </summary>
internal sealed class UpstreamEndpoint
{
    private readonly string _namePrefix;
    private readonly string _query;

    private UpstreamEndpoint(int index, Uri root, string namePrefix, RegistryCredentials? credentials, string? ns)
    {
        Index = index;
        Root = root;
        _namePrefix = namePrefix;
        Namespace = ns;
        _query = ns is null ? string.Empty : $"?ns={Uri.EscapeDataString(ns)}";
        Credentials = credentials;
        Authority = root.GetLeftPart(UriPartial.Authority);
        DestinationId = $"{index}:{root.Authority}";
    }

    /// <summary>Its place in the upstream's order of preference.</summary>
    public int Index { get; }

    /// <summary>Scheme, host and port, with the path <c>/</c>.</summary>
    public Uri Root { get; }

    /// <summary>Scheme, host and port as text, for logs and answers.</summary>
    public string Authority { get; }

    /// <summary>The id of its YARP destination.</summary>
    public string DestinationId { get; }

    /// <summary>What this endpoint, and no other, may be shown; null for anonymous.</summary>
    public RegistryCredentials? Credentials { get; }

    /// <summary>The value of <c>ns=</c> in its requests; null for none.</summary>
    public string? Namespace { get; }

    /// <summary>Validates what is configured; the reason says what is allowed.</summary>
    /// <param name="ns">What <c>ns=</c> is to say; null for none.</param>
    public static bool TryCreate(
        int index, Uri configured, RegistryCredentials? credentials, string? ns, [NotNullWhen(true)] out UpstreamEndpoint? endpoint, out string reason)
    {
        endpoint = null;
        if (!configured.IsAbsoluteUri || (configured.Scheme != Uri.UriSchemeHttps && configured.Scheme != Uri.UriSchemeHttp))
        {
            reason = "an endpoint is an absolute http or https URL";
            return false;
        }

        if (configured.UserInfo.Length > 0 || configured.Query.Length > 0 || configured.Fragment.Length > 0)
        {
            reason = "an endpoint has no user, query or fragment";
            return false;
        }

        var path = configured.AbsolutePath.Trim('/');
        path = path == "v2" ? string.Empty : path.StartsWith("v2/", StringComparison.Ordinal) ? path[3..] : path;
        if (path.Length > 0 && !RepositoryName.IsValid(path))
        {
            reason = "an endpoint's base path has the form of a repository's name";
            return false;
        }

        var root = new Uri(configured.GetLeftPart(UriPartial.Authority) + "/");
        endpoint = new UpstreamEndpoint(index, root, path.Length > 0 ? path + "/" : string.Empty, credentials, ns);
        reason = string.Empty;
        return true;
    }

    /// <summary>The repository's name at this endpoint.</summary>
    public string NameOf(RepositoryName repository) => _namePrefix + repository.Value;

    /// <summary>The scope of a token for pulling from the repository (Docker's token specification).</summary>
    public string PullScope(RepositoryName repository) => $"repository:{NameOf(repository)}:pull";

    /// <param name="tail">What follows the name, such as <c>manifests/latest</c>; made of validated values, so that nothing needs escaping.</param>
    public Uri UriOf(RepositoryName repository, string tail) => new(Root, $"/v2/{NameOf(repository)}/{tail}{_query}");
}
