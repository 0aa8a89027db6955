namespace EdgeCache.Core.Blobs;

/// <summary>How much memory bytes may take that pass through it, where the disk takes none. A value.</summary>
public sealed record PassThroughOptions
{
    /// <summary>
    /// All of it, in bytes, but for the last bytes of fills that the disk takes. The least that makes sense is one small window and <see cref="MemoryFile.GranuleBytes"/>. It can neither be swapped out nor be written to a disk, so that
    /// too much of it has the kernel kill the node (laboratory, <c>slow-readers --full-disk</c>).
    /// </summary>
    public required long MaxBytes { get; init; }

    /// <summary>What is in memory of a content, in bytes, for readers of different pace, and for those who come a little later: 4 MiB.</summary>
    public long WindowBytes { get; init; } = 4 << 20;

    /// <summary>The same where half of the memory is taken: 1 MiB.</summary>
    public long SmallWindowBytes { get; init; } = 1 << 20;

    /// <summary>For a process of so much memory: half of it, at most 384 MiB, and room for one window in any case.</summary>
    public static PassThroughOptions Within(long memoryBytes)
    {
        const long MostBytes = 384L << 20;
        const long LeastBytes = (1 << 20) + MemoryFile.GranuleBytes;
        return new PassThroughOptions { MaxBytes = Math.Clamp(memoryBytes / 2, LeastBytes, MostBytes) };
    }
}
