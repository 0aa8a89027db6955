using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// Makes the files in memory that bytes pass through where the disk takes none, up to a number: each takes what its readers leave of it, some MiB. Safe for
/// concurrent use.
/// </summary>
internal sealed class MemoryBlobs(int maxFiles)
{
    private int _files;

    public int Count => Volatile.Read(ref _files);

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
