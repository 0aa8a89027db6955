using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// What the blobs' files ask of the disk and a disk may refuse, or forget in a power cut. <see cref="SystemDisk"/> is the real one; the simulation has one with
/// faults. Every call is synchronous and throws an <see cref="IOException"/> (or an <see cref="UnauthorizedAccessException"/>) where the disk fails. Safe for
/// concurrent use.
/// </summary>
public interface IDisk
{
    /// <summary>Creates a file that must not be there, for reading and writing.</summary>
    /// <param name="preallocatedBytes">Room that the file takes at once, so that a full disk is found out now; 0 for none.</param>
    SafeFileHandle Create(string path, long preallocatedBytes);

    /// <summary>Opens a file for reading; null where there is none.</summary>
    SafeFileHandle? TryOpen(string path);

    /// <summary>Opens a file for reading and writing; null where there is none.</summary>
    SafeFileHandle? TryOpenForWriting(string path);

    /// <summary>Opens a file for reading past the page cache, where the system can: buffers, offsets and lengths are then multiples of 4 KiB. Null where there is none.</summary>
    SafeFileHandle? TryOpenDirect(string path) => TryOpen(path);

    /// <summary>How much room the file system of a folder has.</summary>
    DiskSpace Measure(string path) => DiskSpace.Unknown;

    void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset);

    void SetLength(SafeFileHandle file, long lengthBytes);

    /// <summary>Makes a file's bytes and length durable. A file that could not be made so is to be thrown away: a second try may succeed although the bytes are lost.</summary>
    void SyncFile(SafeFileHandle file);

    /// <summary>Throws where the disk is known to have lost what was written through this handle; waits for nothing. What is read from the file may be anything then.</summary>
    void CheckWritten(SafeFileHandle file)
    {
        // A disk that says nothing of it.
    }

    /// <summary>Makes a folder's names durable.</summary>
    void SyncFolder(string path);

    /// <summary>Gives a file another name, in place of a file that has it.</summary>
    void Move(string from, string to);

    /// <summary>Deletes a file; one that is not there is no fault.</summary>
    void Delete(string path);

    /// <summary>Deletes a file whose loss or presence changes nothing: it is swept again at the next start.</summary>
    void DeleteQuietly(string path)
    {
        try
        {
            Delete(path);
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            // As it says.
        }
    }

    /// <summary>Creates a folder, with those above it; one that is there is no fault.</summary>
    void CreateFolder(string path);
}
