using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace EdgeCache.Origin;

/// <summary>All configured upstreams, made once at the start. Owned by the service container; safe for concurrent use.</summary>
internal sealed class Upstreams : IAsyncDisposable
{
    private readonly Dictionary<string, Upstream> _byName = new(StringComparer.Ordinal);

    /// <param name="proxy">The proxy of all connections to upstreams: the environment's, in tests their own.</param>
    /// <exception cref="ArgumentException">An option that Configuration's validation lets nobody reach: the message names it.</exception>
    public Upstreams(OriginOptions options, IWebProxy proxy, OriginMetrics metrics, ILogger<Upstreams> log, TimeProvider time, RateLimitGovernor governor)
    {
        foreach (var upstream in options.Upstreams)
        {
            var path = upstream.DockerConfigFile ?? options.DockerConfigFile;
            var dockerConfig = path is null || !string.IsNullOrEmpty(upstream.Username) ? null : ReadDockerConfig(path);
            var endpoints = CreateEndpoints(upstream, dockerConfig);
            _byName.Add(upstream.Name, new Upstream(upstream, endpoints, new UpstreamHttp(upstream, (int)options.MaxTokenBytes, proxy, metrics, log, time), governor));
        }
    }

    public IReadOnlyCollection<Upstream> All => _byName.Values;

    /// <param name="name">The configured name, as <see cref="Core.Oci.RepositoryKey.Upstream"/> holds it.</param>
    public bool TryGet(string name, [NotNullWhen(true)] out Upstream? upstream) => _byName.TryGetValue(name, out upstream);

    public async ValueTask DisposeAsync()
    {
        foreach (var upstream in _byName.Values)
        {
            await upstream.DisposeAsync();
        }
    }

    /// <summary>The endpoints of an upstream, with the credentials that each may be shown.</summary>
    /// <param name="dockerConfig">The text of a Docker config.json; null for none.</param>
    /// <exception cref="ArgumentException">One is invalid, or its entry in the Docker configuration cannot be used.</exception>
    internal static IReadOnlyList<UpstreamEndpoint> CreateEndpoints(UpstreamOptions options, string? dockerConfig)
    {
        var endpoints = new List<UpstreamEndpoint>();
        foreach (var uri in options.Endpoints)
        {
            var credentials = CredentialsOf(options, uri, dockerConfig);
            if (!UpstreamEndpoint.TryCreate(endpoints.Count, uri, credentials, options.SendNamespace ? options.Name : null, out var endpoint, out var reason))
            {
                throw new ArgumentException($"Upstream '{options.Name}', endpoint {endpoints.Count}: {reason}.", nameof(options));
            }

            endpoints.Add(endpoint);
        }

        return endpoints.Count > 0 ? endpoints : throw new ArgumentException($"Upstream '{options.Name}' has no endpoint.", nameof(options));
    }

    private static RegistryCredentials? CredentialsOf(UpstreamOptions options, Uri endpoint, string? dockerConfig)
    {
        if (!string.IsNullOrEmpty(options.Username))
        {
            return new RegistryCredentials(options.Username, options.Password ?? string.Empty);
        }

        if (dockerConfig is null || !endpoint.IsAbsoluteUri)
        {
            return null;
        }

        var outcome = DockerConfigFile.TryGet(dockerConfig, endpoint.Authority, out var credentials, out var reason);
        return outcome is DockerConfigOutcome.Found or DockerConfigOutcome.NotFound
            ? credentials
            : throw new ArgumentException($"Upstream '{options.Name}': {reason}", nameof(options));
    }

    private static string ReadDockerConfig(string path) =>
        DockerConfigFile.TryRead(path) ?? throw new ArgumentException($"DockerConfigFile '{path}' cannot be read.", nameof(path));
}
