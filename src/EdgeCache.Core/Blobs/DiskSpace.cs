namespace EdgeCache.Core.Blobs;

/// <summary>What a file system has left for this process.</summary>
/// <param name="FreeBytes">Without what is reserved for root.</param>
/// <param name="TotalFiles">How many files there can be; 0 where the file system has no such limit, and then FreeFiles says nothing.</param>
public readonly record struct DiskSpace(long FreeBytes, long TotalBytes, long FreeFiles, long TotalFiles)
{
    /// <summary>No limit is known.</summary>
    public static DiskSpace Unknown { get; } = new(long.MaxValue, long.MaxValue, 0, 0);
}
