namespace EdgeCache.Core.Store;

/// <summary>What the cache leaves of its file system to others, whatever its own limit.</summary>
public sealed record DiskOptions
{
    /// <summary>Bytes that stay free. 0 for none; 1 GiB unless told otherwise.</summary>
    public long MinFreeBytes { get; init; } = 1L << 30;

    /// <summary>The share of the files (inodes) that stays free, 0 to 0.5; without meaning where the file system does not limit them.</summary>
    public double MinFreeFiles { get; init; } = 0.01;
}
