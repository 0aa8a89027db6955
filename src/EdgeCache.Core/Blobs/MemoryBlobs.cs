using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// Makes the files in memory that bytes pass through where the disk takes none, up to a number: each takes what its readers leave of it, some MiB. Safe for
/// concurrent use.
/// </summary>
internal sealed class MemoryBlobs(int maxFiles)
{
    private const int MostFiles = 64;

    /// <summary>The usual window of a fill (4 MiB), and a granule of which only a part can be given back.</summary>
    private const long FileBytes = (4 << 20) + MemoryFile.GranuleBytes;

    private int _files;

    public int Count => Volatile.Read(ref _files);

    /// <summary>
    /// How many there may be in a process of so much memory: half of it is theirs. They cannot be swapped out or written to a disk, so that one file too many has the
    /// kernel kill the node (laboratory, <c>slow-readers --full-disk</c>).
    /// </summary>
    public static int MaxFilesWithin(long memoryBytes) => (int)Math.Clamp(memoryBytes / 2 / FileBytes, 1, MostFiles);

    /// <exception cref="IOException">There are as many as there may be, or the system has none.</exception>
    public BlobFile Create(in Digest digest, BlobPool pool)
    {
        if (Interlocked.Increment(ref _files) > maxFiles)
        {
            Interlocked.Decrement(ref _files);
            throw new IOException($"{maxFiles} fetches pass through memory already.");
        }

        try
        {
            return new BlobFile(MemoryFile.Create(), digest, pool, 0, _ => Interlocked.Decrement(ref _files));
        }
        catch
        {
            Interlocked.Decrement(ref _files);
            throw;
        }
    }
}
