using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;

namespace EdgeCache.Origin;

/// <summary>
/// One upstream at run time: its endpoints and the handler chain that reaches them. Owned by <see cref="Upstreams"/>; safe for concurrent use.
/// </summary>
internal sealed class Upstream : IAsyncDisposable
{
    /// <summary>Why an upstream that is switched off was not asked.</summary>
    public const string OfflineReason = "the upstream is switched off";

    private readonly UpstreamHttp _http;
    private readonly RateLimitGovernor _governor;
    private readonly bool _isDockerHub;

    public Upstream(UpstreamOptions options, IReadOnlyList<UpstreamEndpoint> endpoints, UpstreamHttp http, RateLimitGovernor governor)
    {
        Options = options;
        Endpoints = endpoints;
        _http = http;
        _governor = governor;
        _isDockerHub = DockerHubNames.IsDockerHub(options.Name) || endpoints.Any(endpoint => DockerHubNames.IsDockerHub(endpoint.Root.IdnHost));
    }

    public UpstreamOptions Options { get; }

    public string Name => Options.Name;

    /// <summary>In order of preference; at least one.</summary>
    public IReadOnlyList<UpstreamEndpoint> Endpoints { get; }

    /// <summary>Sends a request that names its <see cref="UpstreamExchange"/>.</summary>
    public HttpMessageInvoker Invoker => _http.Invoker;

    /// <summary>The repository's name as this upstream keeps it: <c>library/</c> is added where a one-component name means Docker Hub.</summary>
    public RepositoryName Canonical(in RepositoryName repository) => _isDockerHub ? DockerHubNames.Canonical(repository) : repository;

    /// <summary>Judges by the upstream's limits whether a request may go to an endpoint (<see cref="RateLimitGovernor.Withhold"/>).</summary>
    public AttemptFailure? Withhold(UpstreamEndpoint endpoint, bool spends, FetchPriority priority) => _governor.Withhold(this, endpoint, spends, priority);

    /// <summary>A request that counts against a budget goes out to an endpoint now.</summary>
    public void Spend(UpstreamEndpoint endpoint) => _governor.Spend(endpoint);

    /// <summary>Takes note of what an answer of an endpoint says of its credential's budget.</summary>
    public void Note(UpstreamEndpoint endpoint, HttpResponseMessage response) => _governor.Note(this, endpoint, response);

    /// <summary>Takes note of how a request to an endpoint ended.</summary>
    public void Note(UpstreamEndpoint endpoint, OriginOutcome outcome, TimeSpan? retryAfter) => _governor.Note(endpoint, outcome, retryAfter);

    public ValueTask DisposeAsync() => _http.DisposeAsync();
}
