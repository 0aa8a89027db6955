namespace EdgeCache.Core.Blobs;

/// <summary>What an error of the file system says of the disk.</summary>
public enum DiskFault
{
    /// <summary>Nothing: the process has too many open files, or the like.</summary>
    None,

    /// <summary>There is no room for bytes or for files.</summary>
    Full,

    /// <summary>It cannot be written: it is broken, read-only, or not ours.</summary>
    Failed,
}
