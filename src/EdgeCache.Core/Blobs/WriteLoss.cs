using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// What is known of the loss of a file's bytes that the disk had taken. The system tells each open file of a loss once: who hears of it has told all who ask after
/// that. Safe for concurrent use, but for the writer's own calls, which come one after the other.
/// </summary>
internal sealed class WriteLoss(IDisk disk) : IDisposable
{
    /// <summary>Protects the witness, and has one ask at a time.</summary>
    private readonly Lock _asking = new();

    /// <summary>Asks the disk for the readers: the sync would take the word from them.</summary>
    private SafeFileHandle? _witness;
    private volatile bool _isKnown;
    private volatile bool _isSyncing;

    /// <summary>Throws where the disk is known to have lost something; readers of the file may have got anything then.</summary>
    /// <param name="file">What the disk has; null for nothing.</param>
    /// <exception cref="IOException">It has, or cannot be asked.</exception>
    public void Check(SafeFileHandle? file)
    {
        lock (_asking)
        {
            ThrowIfKnown();
            if (_isSyncing && _witness is null)
            {
                throw new IOException("The disk cannot be asked whether it has lost what was written.");
            }

            if (file is not null)
            {
                Ask(() => disk.CheckWritten(_witness ?? file));
            }
        }
    }

    /// <summary>Has readers asked by a file of their own. To be called before the sync; where there can be none, nobody can be sure once that has begun.</summary>
    public void OpenWitness(string path)
    {
        try
        {
            _witness = disk.TryOpen(path);
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            // Too many open files, or a broken disk.
        }
    }

    /// <summary>Makes a file durable.</summary>
    /// <exception cref="IOException">The disk failed, or has lost some of it.</exception>
    public void Sync(SafeFileHandle file)
    {
        _isSyncing = true;
        Ask(() => disk.SyncFile(file));
        ThrowIfKnown();
    }

    public void Dispose()
    {
        lock (_asking)
        {
            _witness?.Dispose();
            _witness = null;
        }
    }

    private void Ask(Action question)
    {
        try
        {
            question();
        }
        catch
        {
            _isKnown = true;
            throw;
        }
    }

    private void ThrowIfKnown()
    {
        if (_isKnown)
        {
            throw new IOException("The disk has lost what was written before.");
        }
    }
}
