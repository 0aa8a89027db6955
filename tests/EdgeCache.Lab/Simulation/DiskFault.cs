namespace EdgeCache.Lab.Simulation;

/// <summary>How the simulated disk is broken.</summary>
internal enum DiskFault
{
    None,

    /// <summary>ENOSPC: no file can be made longer.</summary>
    Full,

    /// <summary>EROFS: nothing can be changed.</summary>
    ReadOnly,

    /// <summary>EIO on the next sync of a file, whose bytes are lost by it.</summary>
    SyncFails,

    /// <summary>The next write is taken, and what was written to the file and not synced is lost: it reads as zeros, and who asks is told.</summary>
    WriteIsLost,

    /// <summary>EIO on the next write.</summary>
    WriteFails,

    /// <summary>EIO on the next rename.</summary>
    MoveFails,

    /// <summary>EIO on the next sync of a folder.</summary>
    FolderSyncFails,
}
