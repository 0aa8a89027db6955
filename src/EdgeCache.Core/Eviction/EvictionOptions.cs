namespace EdgeCache.Core.Eviction;

/// <summary>How much the cache may hold, and when it makes room.</summary>
public sealed record EvictionOptions
{
    /// <summary>All bytes of the cache, in both pools; at least 1 MiB. It can change while running: <see cref="Evictor.SetLimit"/>.</summary>
    public long LimitBytes { get; init; } = 20L << 30;

    /// <summary>The share of the limit that belongs to manifests, 0.001 to 0.5; held between the two bounds below.</summary>
    public double ManifestShare { get; init; } = 0.05;

    /// <summary>The least that manifests get, in bytes, but never more than half of the limit.</summary>
    public long MinManifestBytes { get; init; } = 16L << 20;

    /// <summary>The most that manifests get, in bytes: a few million of them need no more.</summary>
    public long MaxManifestBytes { get; init; } = 4L << 30;

    /// <summary>Above this share of its limit a pool is emptied; above 0, at most 1.</summary>
    public double HighWatermark { get; init; } = 0.95;

    /// <summary>Down to this share; above 0, at most <see cref="HighWatermark"/>.</summary>
    public double LowWatermark { get; init; } = 0.90;

    /// <summary>How many objects a pool holds; 1 to 2^30. The watermarks hold for their number too. At 130 bytes each, the default is 520 MB where it is used up.</summary>
    public int MaxObjects { get; init; } = 4_000_000;

    /// <summary>How long nothing is removed after removing failed, at first; 100 ms to 1 min. It doubles up to 32 times that.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);
}
