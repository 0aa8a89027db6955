using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Lab.Simulation;

/// <summary>What a power cut would leave of one file: its bytes up to the last sync.</summary>
internal sealed class SimFile
{
    /// <summary>Handles that were told of a loss: the system tells each once.</summary>
    private readonly HashSet<SafeFileHandle> _told = [];

    /// <summary>Written and known to be durable; -1 as long as the file was never synced.</summary>
    public long SyncedBytes { get; set; } = -1;

    public bool IsDirty { get; set; }

    /// <summary>What was written was dropped before it was synced.</summary>
    public bool IsLost { get; set; }

    /// <summary>A sync has failed: the kernel has dropped the pages, and no later sync brings them back.</summary>
    public bool IsPoisoned { get; set; }

    /// <exception cref="IOException">What was written is lost, and this handle was not told yet.</exception>
    public void ThrowIfLost(SafeFileHandle file)
    {
        if (IsLost && _told.Add(file))
        {
            throw new IOException("Simulated: what was written is lost.", SimDisk.InputOutput);
        }
    }
}
