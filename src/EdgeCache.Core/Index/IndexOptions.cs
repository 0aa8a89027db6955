namespace EdgeCache.Core.Index;

/// <summary>
/// Where the index lives and how large it may grow. A record of one blob takes 64 bytes of FASTER's log, a link 72, a tag 136, and about 10 bytes
/// each of hash table; what does not fit <see cref="MemoryBytes"/> spills to <see cref="Path"/> and is read back from there.
/// On disk a journal entry takes about 150 bytes.
/// </summary>
public sealed record IndexOptions
{
    /// <summary>The least that <see cref="MemoryBytes"/> may be.</summary>
    public const long MinMemoryBytes = 1L << 20;

    /// <summary>The index's own folder, <c>&lt;cache&gt;/index</c>: the spilled log (deleted at start and at close) and the journal's generations.</summary>
    public required string Path { get; init; }

    /// <summary>Memory for hash tables and the newest records, in bytes; at least 1 MiB. Sizes within it are rounded down to powers of two.</summary>
    public long MemoryBytes { get; init; } = 256L << 20;

    /// <summary>
    /// How many links are kept; at least 1. They may exceed it by an eighth; then the journal is compacted, and the oldest are forgotten in it and in
    /// memory until the rest fits. A forgotten link costs one question to the upstream.
    /// </summary>
    public long MaxLinks { get; init; } = 4_000_000;

    /// <summary>How many tags (times classes of Accept) are kept; at least 1. As <see cref="MaxLinks"/>.</summary>
    public long MaxTags { get; init; } = 1_000_000;

    /// <summary>How often what was put is made durable; 10 ms to 60 s. What a crash loses of it is asked of the upstream again.</summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A journal smaller than this is never compacted, in bytes; above it, one that is four times its live entries is.</summary>
    public long CompactAboveBytes { get; init; } = 64L << 20;
}
