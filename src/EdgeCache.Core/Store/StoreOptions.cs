using EdgeCache.Core.Blobs;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Index;

namespace EdgeCache.Core.Store;

/// <summary>The cache folder and its budgets.</summary>
public sealed record StoreOptions
{
    /// <summary>The folder; created where it is missing. One node at a time.</summary>
    public required string Path { get; init; }

    /// <summary>Limits in bytes; a share of the disk has been resolved by who builds this.</summary>
    public required EvictionOptions Eviction { get; init; }

    /// <summary>What is copied into memory.</summary>
    public HotOptions Hot { get; init; } = new();

    /// <summary>What is left of the file system to others.</summary>
    public DiskOptions Disk { get; init; } = new();

    /// <summary>How often what is stored is checked against its digests.</summary>
    public ScrubOptions Scrub { get; init; } = new();

    /// <summary>How many files stay open between readers; at least 1.</summary>
    public int MaxKeptFiles { get; init; } = BlobStore.MaxKeptFiles;

    /// <summary>How much memory bytes may pass through where the disk takes none; null for a share of the process's.</summary>
    public PassThroughOptions? PassThrough { get; init; }

    /// <summary>Threads that look for files at the start. Two keep a disk busier than one, and more would keep requests from the processor; with one the order is
    /// always the same.</summary>
    public int ScanThreads { get; init; } = 2;

    /// <summary>Limits of the index; its own path is overridden by the store, which puts it into its folder.</summary>
    public IndexOptions Index { get; init; } = new() { Path = string.Empty };
}
