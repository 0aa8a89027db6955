namespace EdgeCache.Transport.Kernel;

/// <summary>How a read ended that must not wait for a disk.</summary>
internal enum PageCacheRead
{
    Done,

    /// <summary>The bytes are not in memory.</summary>
    Cold,

    /// <summary>The file system cannot say, or the file cannot be read: an ordinary read tells.</summary>
    Unknown,
}
