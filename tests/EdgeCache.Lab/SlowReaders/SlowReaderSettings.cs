namespace EdgeCache.Lab.SlowReaders;

/// <summary>How much of everything there is in a run.</summary>
internal sealed record SlowReaderSettings
{
    /// <summary>The memory of the node and of the pages of its files.</summary>
    public long MemoryBytes { get; init; } = 256L << 20;

    /// <summary>Clients that read slowly, or not at all.</summary>
    public int Clients { get; init; } = 400;

    /// <summary>Clients that pull as fast as they can, at once.</summary>
    public int Pullers { get; init; } = 16;

    /// <summary>How long a client may take nothing before the node lets it go.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the slow clients stay slow until that time is over, and a half more.</summary>
    public bool OutlastsStallTimeout { get; init; } = true;

    /// <summary>Whether the cache lies on a small disk that is full, so that what is fetched passes through memory.</summary>
    public bool IsDiskFull { get; init; }

    /// <summary>The length of every blob.</summary>
    public long BlobBytes => MemoryBytes / 16;

    /// <summary>Blobs that nobody has asked for before: twice the memory.</summary>
    public int ColdBlobs => 32;

    /// <summary>Blobs that are stored before the clients come.</summary>
    public int WarmBlobs => 4;

    /// <summary>Blobs that come slowly from upstream, so that slow clients follow a file that grows.</summary>
    public int GrowingBlobs => 4;

    /// <summary>How often each cold or warm blob is pulled by those who are fast.</summary>
    public int PullsEach { get; init; } = 3;
}
