namespace EdgeCache.Core.Store;

/// <summary>What of the cache is copied into memory.</summary>
public sealed record HotOptions
{
    /// <summary>All copies together, their bookkeeping included. 0 switches them off; 64 MiB unless told otherwise.</summary>
    public long LimitBytes { get; init; } = 64L << 20;

    /// <summary>The largest object that is copied, in bytes: above 64 KiB sendfile from the page cache costs no more than a copy (HOTPATH).</summary>
    public int MaxObjectBytes { get; init; } = 64 << 10;
}
