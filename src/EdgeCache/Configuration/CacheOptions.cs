namespace EdgeCache.Configuration;

/// <summary>The cache on disk: where it lies and how much of the disk it may take.</summary>
internal sealed record CacheOptions
{
    /// <summary>The cache's folder; empty only where the user has no home folder, which <see cref="OptionsReader"/> refuses.</summary>
    public string Path { get; init; } = DefaultPath(Environment.GetEnvironmentVariable);

    /// <summary>How many bytes the cache may hold.</summary>
    public CacheLimit Limit { get; init; } = CacheLimit.OfBytes(20L << 30);

    /// <summary>Memory for copies of manifests and other small objects that are asked for often.</summary>
    public long MemoryLimitBytes { get; init; } = 64L << 20;

    /// <summary>The share of the limit that is kept for manifests, so that a few huge layers cannot push them out. 0 to 1.</summary>
    public double ManifestShare { get; init; } = 0.05;

    /// <summary>The share of the limit at which eviction begins. 0 to 1.</summary>
    public double HighWatermark { get; init; } = 0.95;

    /// <summary>The share of the limit at which eviction ends; below <see cref="HighWatermark"/>.</summary>
    public double LowWatermark { get; init; } = 0.90;

    /// <summary>What stays free of the file system, whatever the limit.</summary>
    public CacheLimit MinFree { get; init; } = CacheLimit.OfShare(0.01);

    /// <summary>The share of the file system's files (inodes) that stays free. 0 to 0.5.</summary>
    public double MinFreeFiles { get; init; } = 0.01;

    /// <summary>In which time everything is read once and compared with its digest; zero: never.</summary>
    public TimeSpan ScrubPeriod { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The most that is read for that in a second, in bytes.</summary>
    public long ScrubRateBytes { get; init; } = 32L << 20;

    /// <summary>XDG_CACHE_HOME/edgecache, else ~/.cache/edgecache; empty where there is neither.</summary>
    internal static string DefaultPath(Func<string, string?> environment)
    {
        // The XDG base directory specification: a relative path in the variable is to be ignored.
        var cacheHome = environment("XDG_CACHE_HOME");
        if (!string.IsNullOrEmpty(cacheHome) && System.IO.Path.IsPathRooted(cacheHome))
        {
            return System.IO.Path.Combine(cacheHome, "edgecache");
        }

        var home = environment("HOME");
        if (string.IsNullOrEmpty(home))
        {
            home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        }

        return string.IsNullOrEmpty(home) ? string.Empty : System.IO.Path.Combine(home, ".cache", "edgecache");
    }
}
