using EdgeCache.Core.Oci;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// The files that have no final name: what is being written, and the beginnings of blobs that are kept for who goes on with them. Safe for concurrent use, as long as
/// nobody else takes up, keeps or drops the same digest.
/// </summary>
internal sealed class TemporaryFiles(BlobPaths paths, IDisk disk)
{
    private long _number;

    /// <summary>The path of a new file.</summary>
    public string NextName() => NextName(string.Empty);

    /// <summary>The path of a new file, whose name says what it is to become.</summary>
    public string NextName(in Digest expected) => NextName(PartialNames.Of(expected));

    /// <summary>Opens what is kept of a digest, under a name of its own.</summary>
    /// <param name="maxBytes">What is longer is cut.</param>
    /// <param name="path">Its new name.</param>
    /// <param name="bytes">Its length.</param>
    /// <returns>Null where there is nothing.</returns>
    /// <exception cref="IOException">The disk failed.</exception>
    public SafeFileHandle? TryTakeUp(in Digest expected, long maxBytes, out string path, out long bytes)
    {
        path = NextName(expected);
        bytes = 0;
        if (PathsOf(expected).FirstOrDefault(File.Exists) is not { } kept)
        {
            return null;
        }

        disk.Move(kept, path);
        if (disk.TryOpenForWriting(path) is not { } file)
        {
            return null;
        }

        bytes = RandomAccess.GetLength(file);
        if (bytes > maxBytes)
        {
            bytes = maxBytes;
            disk.SetLength(file, bytes);
        }

        return file;
    }

    /// <summary>Keeps what an unfinished writer has written, durably, for <see cref="TryTakeUp"/>. The writer is the caller's to dispose, whatever the outcome.</summary>
    /// <exception cref="IOException">The disk failed; nothing is kept.</exception>
    public void Keep(BlobWriter writer)
    {
        var file = writer.File;
        if (RandomAccess.GetLength(file.Handle) != writer.WrittenBytes)
        {
            disk.SetLength(file.Handle, writer.WrittenBytes);
        }

        writer.Sync();
        disk.CreateFolder(paths.Partial);
        disk.Move(writer.Path, Path.Combine(paths.Partial, PartialNames.Of(file.Digest)));
        writer.Renamed();

        // One that could not be taken up: nobody counts it beside this one.
        disk.DeleteQuietly(Path.Combine(paths.Partial, PartialNames.OfUnsynced(file.Digest)));
        disk.SyncFolder(paths.Partial);
    }

    /// <summary>What is kept.</summary>
    public IReadOnlyList<StoredBlob> ListKept()
    {
        var folder = new DirectoryInfo(paths.Partial);
        return folder.Exists ? [.. folder.EnumerateFiles().SelectMany(Read)] : [];

        static IEnumerable<StoredBlob> Read(FileInfo file) =>
            PartialNames.TryRead(file.Name, out var digest) ? [new StoredBlob(digest, BlobPool.Blobs, file.Length, file.LastWriteTimeUtc)] : [];
    }

    /// <summary>Deletes what is kept of a digest; it changes nothing where that fails.</summary>
    public void DropKept(in Digest digest)
    {
        foreach (var path in PathsOf(digest))
        {
            disk.DeleteQuietly(path);
        }
    }

    /// <summary>
    /// Clears what an earlier run left unfinished: long enough beginnings of blobs are kept, all else is deleted. What was not made durable counts only as long as
    /// the system has not been started since: before that, a power cut may have taken any of its bytes. Call it before the first writer.
    /// </summary>
    /// <param name="systemStart">When the system started.</param>
    /// <returns>How many files were deleted.</returns>
    public int Sweep(DateTime systemStart)
    {
        var count = 0;
        foreach (var file in new DirectoryInfo(paths.Temporary).EnumerateFiles())
        {
            if (PartialNames.TryRead(file.Name, out var digest) && file.Length >= PartialNames.MinBytes && file.LastWriteTimeUtc >= systemStart)
            {
                disk.CreateFolder(paths.Partial);
                if (PathsOf(digest).Any(path => new FileInfo(path) is { Exists: true } kept && kept.Length >= file.Length))
                {
                    // It could not be taken up, and has more.
                    disk.Delete(file.FullName);
                    count++;
                    continue;
                }

                DropKept(digest);
                disk.Move(file.FullName, Path.Combine(paths.Partial, PartialNames.OfUnsynced(digest)));
                continue;
            }

            disk.Delete(file.FullName);
            count++;
        }

        return count + SweepUnsynced(systemStart);
    }

    /// <summary>What outlived a process, but was never synced, and now perhaps a power cut.</summary>
    private int SweepUnsynced(DateTime systemStart)
    {
        var count = 0;
        var folder = new DirectoryInfo(paths.Partial);
        foreach (var file in folder.Exists ? folder.EnumerateFiles() : [])
        {
            if (PartialNames.IsUnsynced(file.Name) && file.LastWriteTimeUtc < systemStart)
            {
                disk.Delete(file.FullName);
                count++;
            }
        }

        return count;
    }

    private string[] PathsOf(in Digest digest) =>
        [Path.Combine(paths.Partial, PartialNames.Of(digest)), Path.Combine(paths.Partial, PartialNames.OfUnsynced(digest))];

    private string NextName(string name) => Path.Combine(paths.Temporary, $"{name}.{Interlocked.Increment(ref _number):x}.part");
}
