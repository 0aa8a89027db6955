using EdgeCache.Core.Caching;

namespace EdgeCache.Origin;

/// <summary>
/// One upstream registry. Read-only after the start; validated by Configuration, which reports every error with its key.
/// </summary>
public sealed record UpstreamOptions
{
    /// <summary>The name that <c>ns=</c>, a path prefix and the cache's keys use, such as <c>docker.io</c>; may carry a port.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is reached, in order of preference; http or https, with an optional base path. At least one, at most 16.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>Whether requests to the endpoints carry <c>ns=</c> with the name: for endpoints that serve several registries, such as another node.</summary>
    public bool SendNamespace { get; init; }

    /// <summary>Host names of ours (without port) whose requests mean this upstream.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    public string? Username { get; init; }

    /// <summary>The secret itself; PasswordFile is read by Configuration into this at the start.</summary>
    public string? Password { get; init; }

    /// <summary>A Docker config.json whose <c>auths</c> serve the endpoints of an upstream that has no Username, instead of
    /// <see cref="OriginOptions.DockerConfigFile"/>.</summary>
    public string? DockerConfigFile { get; init; }

    /// <summary>A PEM file of certificates that are trusted for this upstream in addition to the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>How long a tag is served without asking upstream: 0 to 365 days.</summary>
    public TimeSpan TagFreshness { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Patterns of tags that never move, with <c>*</c> and <c>?</c>, matched against the tag (<c>v*</c>) or, where the pattern has a
    /// colon, against <c>repository:tag</c>. Such a tag is asked once.</summary>
    public IReadOnlyList<string> ImmutableTags { get; init; } = [];

    /// <summary>How long after its freshness a tag may still be served while the upstream fails (RFC 5861 stale-if-error): 0 to 365 days.</summary>
    public TimeSpan StaleIfError { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long its "no such content" is believed: 0 to 30 seconds.</summary>
    public TimeSpan NotFoundFreshness { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What its failures come to.</summary>
    public OutageContract Outage { get; init; } = OutageContract.Default;

    /// <summary>Whether nothing is asked of it, not even a token: what is held is served at any age, and nothing else.</summary>
    public bool Offline { get; init; }

    /// <summary>The share of a rate limit's budget that is kept for clients that wait for what is not held: 0 to 0.9.</summary>
    public double RateLimitReserve { get; init; } = 0.1;

    /// <summary>Whether redirects and token realms may lead to loopback, link-local and private addresses. The configured endpoints always may.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>Hosts (with optional port) that a token realm may name besides those of the endpoint's own registrable domain.</summary>
    public IReadOnlyList<string> TokenRealms { get; init; } = [];

    /// <summary>Time to connect, TLS included: 100 ms to 5 min.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time from the request to the answer's headers: 100 ms to 10 min.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait for the next byte of a body: 100 ms to 10 min.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Below this a body counts as broken, measured over <see cref="StallTimeout"/> of waiting for it; 0 for none, at most 1 GiB. 1 KiB: far below any
    /// line that layers come over, and above an upstream that only drips.</summary>
    public long MinBytesPerSecond { get; init; } = 1024;

    /// <summary>Connections at once to one endpoint: 1 to 10,000.</summary>
    public int MaxConnections { get; init; } = 256;
}
