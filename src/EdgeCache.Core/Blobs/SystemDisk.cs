using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Core.Blobs;

/// <summary>The system's files. Stateless; safe for concurrent use.</summary>
public sealed class SystemDisk : IDisk
{
    public static SystemDisk Instance { get; } = new();

    /// <inheritdoc/>
    public SafeFileHandle Create(string path, long preallocatedBytes)
    {
        try
        {
            return File.OpenHandle(
                path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.None, preallocatedBytes);
        }
        catch (IOException)
        {
            // A preallocation that failed leaves the empty file behind.
            BlobStore.DeleteQuietly(this, path);
            throw;
        }
    }

    /// <inheritdoc/>
    public SafeFileHandle? TryOpen(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(file, bytes, offset);

    /// <inheritdoc/>
    public void SetLength(SafeFileHandle file, long lengthBytes) => RandomAccess.SetLength(file, lengthBytes);

    /// <inheritdoc/>
    public void SyncFile(SafeFileHandle file) => Durability.SyncFile(file);

    /// <inheritdoc/>
    public void SyncFolder(string path) => Durability.SyncFolder(path);

    /// <inheritdoc/>
    public void Move(string from, string to) => File.Move(from, to, overwrite: true);

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(path);

    /// <inheritdoc/>
    public void CreateFolder(string path) => Directory.CreateDirectory(path);
}
