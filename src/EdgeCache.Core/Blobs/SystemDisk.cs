using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Core.Blobs;

/// <summary>The system's files. Stateless; safe for concurrent use.</summary>
public sealed class SystemDisk : IDisk
{
    private const int GeneralFailure = unchecked((int)0x80131620); // COR_E_IO

    public static SystemDisk Instance { get; } = new();

    /// <inheritdoc/>
    public SafeFileHandle Create(string path, long preallocatedBytes)
    {
        try
        {
            return File.OpenHandle(
                path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.None, preallocatedBytes);
        }
        catch (IOException error)
        {
            // A preallocation that failed leaves the empty file behind.
            ((IDisk)this).DeleteQuietly(path);
            if (preallocatedBytes > 0 && error is { HResult: GeneralFailure } and not FileNotFoundException and not DirectoryNotFoundException)
            {
                // .NET does not say which error it was. Of the two it can be, no room is the one; the other, a file longer than any may be, has none either.
                throw new IOException(error.Message, DiskErrors.NoSpace);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public SafeFileHandle? TryOpen(string path) => TryOpen(path, FileAccess.Read);

    /// <inheritdoc/>
    public SafeFileHandle? TryOpenForWriting(string path) => TryOpen(path, FileAccess.ReadWrite);

    /// <inheritdoc/>
    public SafeFileHandle? TryOpenDirect(string path) => FileSystems.TryOpenDirect(path) ?? TryOpen(path);

    /// <inheritdoc/>
    public DiskSpace Measure(string path) => FileSystems.Measure(path);

    /// <inheritdoc/>
    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(file, bytes, offset);

    /// <inheritdoc/>
    public void SetLength(SafeFileHandle file, long lengthBytes) => RandomAccess.SetLength(file, lengthBytes);

    /// <inheritdoc/>
    public void SyncFile(SafeFileHandle file) => Durability.SyncFile(file);

    /// <inheritdoc/>
    public void CheckWritten(SafeFileHandle file) => Durability.CheckWritten(file);

    /// <inheritdoc/>
    public void SyncFolder(string path) => Durability.SyncFolder(path);

    /// <inheritdoc/>
    public void Move(string from, string to) => File.Move(from, to, overwrite: true);

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(path);

    /// <inheritdoc/>
    public void CreateFolder(string path) => Directory.CreateDirectory(path);

    private static SafeFileHandle? TryOpen(string path, FileAccess access)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
