using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// fsync whose failure is seen. .NET's own <c>RandomAccess.FlushToDisk</c> and <c>FileStream.Flush(true)</c> return normally when fsync fails with
/// EIO (measured with injected faults on 10.0), and a file whose fsync failed must be thrown away: a second fsync may succeed although
/// the pages are lost.
/// </summary>
public static partial class Durability
{
    private const int CloseOnExec = 0x80000; // O_CLOEXEC on Linux; O_RDONLY is 0 everywhere.
    private const int Interrupted = 4; // EINTR
    private const uint WaitBefore = 1; // SYNC_FILE_RANGE_WAIT_BEFORE
    private const long BeyondAnyFile = 1L << 62;

    /// <summary>Makes a file's bytes and length durable.</summary>
    /// <exception cref="IOException">The system could not; the file must be discarded.</exception>
    public static void SyncFile(SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        var added = false;
        try
        {
            file.DangerousAddRef(ref added);
            Sync((int)file.DangerousGetHandle(), "a file");
        }
        finally
        {
            if (added)
            {
                file.DangerousRelease();
            }
        }
    }

    /// <summary>The same, for who can go on without: false where the system could not.</summary>
    public static bool TrySyncFile(SafeFileHandle file)
    {
        try
        {
            SyncFile(file);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>
    /// Asks whether the system has failed to write back what was written through this handle; waits for nothing. Pages whose write-back failed may be dropped, and
    /// are then read as whatever the disk has. The system tells each failure to a handle once, so that a later sync may not know of it. Linux; elsewhere nothing is known.
    /// </summary>
    /// <exception cref="IOException">It has; the file must be discarded.</exception>
    public static void CheckWritten(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var added = false;
        try
        {
            file.DangerousAddRef(ref added);
            // There is nothing to wait for beyond the end of any file.
            if (SyncFileRange((int)file.DangerousGetHandle(), BeyondAnyFile, 1, WaitBefore) != 0)
            {
                throw Failure("write back a file", Marshal.GetLastPInvokeError());
            }
        }
        finally
        {
            if (added)
            {
                file.DangerousRelease();
            }
        }
    }

    /// <summary>Makes a folder's entries (a rename, a new file) durable. Where the system has no such thing, nothing is done.</summary>
    /// <exception cref="IOException">The folder cannot be opened or synced.</exception>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(path, OperatingSystem.IsLinux() ? CloseOnExec : 0);
        if (descriptor < 0)
        {
            throw Failure($"open the folder {path}", Marshal.GetLastPInvokeError());
        }

        try
        {
            Sync(descriptor, path);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static void Sync(int descriptor, string what)
    {
        while (Fsync(descriptor) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
            {
                throw Failure($"fsync {what}", error);
            }
        }
    }

    private static IOException Failure(string what, int error) =>
        new($"Cannot {what}: {new Win32Exception(error).Message} (errno {error}).", error);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(int descriptor, long offset, long lengthBytes, uint flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
