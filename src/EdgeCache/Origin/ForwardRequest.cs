using EdgeCache.Core.Oci;

namespace EdgeCache.Origin;

/// <summary>One request that is forwarded instead of cached. Immutable.</summary>
internal sealed record ForwardRequest
{
    private ForwardRequest(RepositoryKey repository, string tail, string clientPath, string? clientNamespace)
    {
        Repository = repository;
        Tail = tail;
        ClientPath = clientPath;
        ClientNamespace = clientNamespace;
    }

    /// <summary>The repository; for the catalogue only the upstream is set.</summary>
    public RepositoryKey Repository { get; }

    public bool IsCatalog => Repository.Repository == default;

    /// <summary>What follows the repository's name at the upstream.</summary>
    public string Tail { get; }

    /// <summary>The path of the client's request, validated, without query: what a Link to the next page names.</summary>
    public string ClientPath { get; }

    /// <summary>The <c>ns</c> that the client used, else null: it comes back in Link and OCI-Namespace.</summary>
    public string? ClientNamespace { get; }

    public static ForwardRequest TagsList(RepositoryKey repository, string clientPath, string? clientNamespace) =>
        new(repository, "tags/list", clientPath, clientNamespace);

    public static ForwardRequest Referrers(RepositoryKey repository, Digest subject, string clientPath, string? clientNamespace) =>
        new(repository, $"referrers/{subject}", clientPath, clientNamespace);

    public static ForwardRequest Catalog(string upstream, string clientPath, string? clientNamespace) =>
        new(new RepositoryKey(upstream, default), "_catalog", clientPath, clientNamespace);

    /// <summary>The URL at an endpoint. A catalogue is the whole registry's, whatever the endpoint's base path.</summary>
    public Uri UriAt(UpstreamEndpoint endpoint, RepositoryName canonical, ForwardQuery query)
    {
        var path = IsCatalog ? new Uri(endpoint.Root, $"/v2/{Tail}") : endpoint.UriOf(canonical, Tail);
        return new UriBuilder(path) { Query = query.ToString(endpoint.Namespace) }.Uri;
    }

    public string ScopeAt(UpstreamEndpoint endpoint, RepositoryName canonical) =>
        IsCatalog ? "registry:catalog:*" : endpoint.PullScope(canonical);
}
