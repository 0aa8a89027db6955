using EdgeCache.Fleet;
using EdgeCache.Origin;
using EdgeCache.SharedState;

namespace EdgeCache.Configuration;

/// <summary>
/// The whole configuration of a node, validated: what <see cref="OptionsReader"/> yields and nothing else changes afterwards. The defaults
/// here are the defaults; the keys, ranges and meanings stand in <see cref="OptionsSchema"/>.
/// </summary>
internal sealed record EdgeCacheOptions
{
    /// <summary>Where clients pull from. At least one.</summary>
    public IReadOnlyList<ListenAddress> Listen { get; init; } = [ListenAddress.Parse("http://127.0.0.1:5000")];

    /// <summary>PEM file of the certificate (with its chain) for every https address; read again when it changes.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file of the certificate's private key.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>Whether sockets complete on the threads that wait for them: a fifth of a small hit's CPU (load/README.md, "Settings").</summary>
    public bool InlineCompletions { get; init; } = true;

    public AdminOptions Admin { get; init; } = new();

    public CacheOptions Cache { get; init; } = new();

    /// <summary>The upstream of requests that name none; one of <see cref="Upstreams"/>.</summary>
    public string DefaultUpstream { get; init; } = BuiltInUpstreams.DefaultName;

    /// <summary>The closed list of upstreams.</summary>
    public IReadOnlyList<UpstreamOptions> Upstreams { get; init; } = BuiltInUpstreams.All;

    /// <summary>TagFreshness of the upstreams that set none.</summary>
    public TimeSpan TagFreshness { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>StaleIfError of the upstreams that set none.</summary>
    public TimeSpan StaleIfError { get; init; } = TimeSpan.FromDays(7);

    /// <summary>A Docker config.json whose <c>auths</c> serve the upstreams that have no credentials of their own.</summary>
    public string? DockerConfigFile { get; init; }

    /// <summary>Whether <c>/v2/_catalog</c> is forwarded.</summary>
    public bool AllowCatalog { get; init; }

    public FleetOptions Fleet { get; init; } = new();

    public RedisOptions Redis { get; init; } = new();

    public BalancerOptions Balancer { get; init; } = new();

    public LimitOptions Limits { get; init; } = new();

    public DrainOptions Drain { get; init; } = new();

    public TelemetryOptions Telemetry { get; init; } = new();

    public LoggingOptions Logging { get; init; } = new();
}
