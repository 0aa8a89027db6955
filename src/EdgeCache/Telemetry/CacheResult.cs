namespace EdgeCache.Telemetry;

/// <summary>What the cache did for one request: the one word of metrics and access log.</summary>
internal enum CacheResult
{
    /// <summary>The cache was not asked: a ping, a refused request.</summary>
    None,

    /// <summary>Served from the disk, fresh.</summary>
    Hit,

    /// <summary>This request started the fill.</summary>
    Miss,

    /// <summary>This request joined a fill that another had started.</summary>
    Collapsed,

    /// <summary>Served although no longer fresh, since the upstream failed.</summary>
    Stale,

    /// <summary>The upstream confirmed that what the cache holds is current.</summary>
    Revalidated,

    /// <summary>The bytes were here; the upstream confirmed that the repository holds them.</summary>
    Unlinked,

    /// <summary>Not cached by nature; the upstream's answer passed through.</summary>
    Forwarded,

    /// <summary>Nothing could be served.</summary>
    Error,
}
