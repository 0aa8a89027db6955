namespace EdgeCache.Origin;

/// <summary>What this room needs to know: the upstreams and what they share. Read-only after the start; validated by Configuration.</summary>
public sealed record OriginOptions
{
    /// <summary>The closed list of upstreams: 1 to 256, no name twice.</summary>
    public required IReadOnlyList<UpstreamOptions> Upstreams { get; init; }

    /// <summary>A Docker config.json whose <c>auths</c> serve the endpoints of upstreams that have no Username; null for none. Looked up for each
    /// endpoint by its host, so that a mirror is never shown the secret of the registry it mirrors.</summary>
    public string? DockerConfigFile { get; init; }

    /// <summary>The longest answer of a token server: 4 KiB to 16 MiB.</summary>
    public long MaxTokenBytes { get; init; } = 1024 * 1024;

    /// <summary>The longest answer that is forwarded (tags/list, referrers, _catalog): 64 KiB to 1 GiB.</summary>
    public long MaxForwardedBodyBytes { get; init; } = 16 * 1024 * 1024;
}
