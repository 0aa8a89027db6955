using EdgeCache.Core.Oci;

namespace EdgeCache.Origin;

/// <summary>
/// One upstream at run time: its endpoints and the handler chain that reaches them. Owned by <see cref="Upstreams"/>; safe for concurrent use.
/// </summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly UpstreamHttp _http;
    private readonly bool _isDockerHub;
    private long _rateLimitRemaining = -1;

    public Upstream(UpstreamOptions options, IReadOnlyList<UpstreamEndpoint> endpoints, UpstreamHttp http)
    {
        Options = options;
        Endpoints = endpoints;
        _http = http;
        _isDockerHub = DockerHubNames.IsDockerHub(options.Name) || endpoints.Any(endpoint => DockerHubNames.IsDockerHub(endpoint.Root.IdnHost));
    }

    public UpstreamOptions Options { get; }

    public string Name => Options.Name;

    /// <summary>In order of preference; at least one.</summary>
    public IReadOnlyList<UpstreamEndpoint> Endpoints { get; }

    /// <summary>Sends a request that names its <see cref="UpstreamExchange"/>.</summary>
    public HttpMessageInvoker Invoker => _http.Invoker;

    /// <summary>The last <c>ratelimit-remaining</c> seen (PROTOCOL 3); null before the first, or where the upstream sends none.</summary>
    public long? RateLimitRemaining => Volatile.Read(ref _rateLimitRemaining) is >= 0 and var remaining ? remaining : null;

    /// <summary>The repository's name as this upstream keeps it: <c>library/</c> is added where a one-component name means Docker Hub.</summary>
    public RepositoryName Canonical(in RepositoryName repository) => _isDockerHub ? DockerHubNames.Canonical(repository) : repository;

    /// <summary>Takes note of an answer's rate-limit headers.</summary>
    public void Note(HttpResponseMessage response)
    {
        if (response.Headers.NonValidated.TryGetValues("ratelimit-remaining", out var values))
        {
            // "76;w=21600": requests left, and the window's seconds.
            var text = values.ToString().AsSpan();
            var semicolon = text.IndexOf(';');
            if (long.TryParse(semicolon < 0 ? text : text[..semicolon], out var remaining) && remaining >= 0)
            {
                Volatile.Write(ref _rateLimitRemaining, remaining);
            }
        }
    }

    public ValueTask DisposeAsync() => _http.DisposeAsync();
}
