namespace EdgeCache.Configuration;

/// <summary>What one client, one upstream or one flash crowd may take of the node (PROMISES, security). Every value has a range in the schema.</summary>
internal sealed record LimitOptions
{
    /// <summary>Connections at once, over all listeners; one more is closed at once.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>The request line's and headers' bytes together. 32 KiB: PROMISES, slowloris and header bombs.</summary>
    public long MaxRequestHeadersBytes { get; init; } = 32 << 10;

    public int MaxRequestHeaderCount { get; init; } = 100;

    /// <summary>Time a client has to send its headers.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an idle connection is kept.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a client may take nothing of a body that is ready for it.</summary>
    public TimeSpan ClientStallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>HTTP/2 streams at once on one connection. 100: PROMISES, HTTP/2 resets.</summary>
    public int Http2MaxStreams { get; init; } = 100;

    /// <summary>A manifest's size; more is refused (distribution's and containerd's limit is 4 MiB as well).</summary>
    public long MaxManifestBytes { get; init; } = 4 << 20;

    /// <summary>The size of an upstream's token answer.</summary>
    public long MaxTokenBytes { get; init; } = 1 << 20;

    /// <summary>Clients that follow one fill; one more is answered 503 with Retry-After.</summary>
    public int MaxWaitersPerFill { get; init; } = 10_000;

    /// <summary>Fills at once; one more is answered 503 with Retry-After.</summary>
    public int MaxConcurrentFills { get; init; } = 256;
}
