using System.Net;

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

    /// <summary>Fills at once that nobody reads any more; beyond it the least advanced is dropped, and goes on when somebody asks.</summary>
    public int MaxOrphanFills { get; init; } = 16;

    /// <summary>Bytes a second that those share; 0 for none.</summary>
    public long OrphanFillBytesPerSecond { get; init; }

    /// <summary>A fill of which less than this share has come is dropped when its last reader leaves. 0 to 1.</summary>
    public double OrphanFillMinShare { get; init; }

    /// <summary>
    /// Fills and questions to upstreams a minute that one client may cause, as many at once; 0 for no limit. 10,000: far above what nodes of a cluster want at
    /// a cold start, also behind one address, and far below a scan of names.
    /// </summary>
    public int MissesPerMinute { get; init; } = 10_000;

    /// <summary>Proxies whose X-Forwarded-For says who the client is.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];
}
