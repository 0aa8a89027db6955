namespace EdgeCache.Core.Fill;

/// <summary>The limits of fetching from upstream.</summary>
public sealed record FillOptions
{
    /// <summary>Fills at once; beyond it a miss is answered 503. 1 to 100,000.</summary>
    public int MaxConcurrentFills { get; init; } = 256;

    /// <summary>Readers of one fill; beyond it a request is answered 503. 1 to 1,000,000.</summary>
    public int MaxReadersPerFill { get; init; } = 20_000;

    /// <summary>Requests that wait at once for manifests by tag, manifests by digest, or confirmations: as many of each. 1 to 1,000,000.</summary>
    public int MaxWaiters { get; init; } = 20_000;

    /// <summary>The longest manifest, in bytes: 64 KiB to 64 MiB. 4 MiB is what registries accept at least (OCI distribution-spec).</summary>
    public int MaxManifestBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>The longest blob, in bytes: a body without a length ends here.</summary>
    public long MaxBlobBytes { get; init; } = 256L * 1024 * 1024 * 1024;

    /// <summary>Blobs up to this are verified before their headers are sent, and this much of a longer one is held back until its digest matches.</summary>
    public int HoldBackBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// A fill's buffers, in bytes, 64 KiB to 448 KiB (two, and what is held back, fit into the smallest window of memory): one for a blob that fits into it, two for a longer one. 256 fills have 128 MiB at the very most.
    /// 256 KiB: a verified miss then runs at the pace of SHA-256 (64 MiB in 52 ms beside 81 ms with the hash in line), and longer pieces gain nothing.
    /// </summary>
    public int PieceBytes { get; init; } = 256 * 1024;

    /// <summary>How often in a row a fill asks for the rest of a body that broke off and gains little, 1 to 100. 6: pauses of 8 s together, above the time-outs.</summary>
    public int MaxAttemptsInVain { get; init; } = 6;

    /// <summary>How often in all, 1 to 1,000,000. 1,000: a blob of 50 GB over a line that breaks every 50 MB.</summary>
    public int MaxAttempts { get; init; } = 1000;

    /// <summary>An attempt that brings so many bytes is not in vain.</summary>
    public long ProgressBytes { get; init; } = 1024 * 1024;

    /// <summary>The pause after the first attempt in vain, of which up to a half is taken away by chance; it doubles up to 32 times that. 0 to 1 min.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a fill goes on without an attempt that is not in vain; two are made in any case. 1 s to 1 h. 45 s: a stall of 30 s, and the pause of a breaker.</summary>
    public TimeSpan RetryPatience { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>How long readers of a blob that cannot be stored may hold up the others before they are let go.</summary>
    public TimeSpan PassThroughPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Fills that nobody reads any more, at once; beyond it the least advanced is dropped. 0 to 100,000. 16: enough for what clients leave when they
    /// are restarted, and few enough for a slow line.</summary>
    public int MaxOrphans { get; init; } = 16;

    /// <summary>The rate that those share, in bytes a second; 0 for none, at most 1 TiB.</summary>
    public long OrphanBytesPerSecond { get; init; }

    /// <summary>A fill of which less than this share has come is dropped when its last reader leaves, 0 to 1. 0: all are finished, since others will ask.</summary>
    public double OrphanMinShare { get; init; }
}
