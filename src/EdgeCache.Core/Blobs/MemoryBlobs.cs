using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// Makes the files in memory that bytes pass through where the disk takes none, as long as there is memory for them: for a short content its length is set aside, for a
/// longer one its window. Safe for concurrent use.
/// </summary>
internal sealed class MemoryBlobs(PassThroughOptions options)
{
    private readonly Lock _gate = new();
    private int _files;
    private long _bytes;

    public int Count => Volatile.Read(ref _files);

    /// <param name="contentBytes">How long the content is; 0 where that is not known.</param>
    /// <param name="windowBytes">So much of it may be in the file at once.</param>
    /// <exception cref="IOException">There is no memory for another, or the system has no such files.</exception>
    public BlobFile Create(in Digest digest, BlobPool pool, long contentBytes, out long windowBytes)
    {
        if (!TryTake(contentBytes, out var bytes, out windowBytes))
        {
            throw new IOException($"What passes through memory takes all of the {options.MaxBytes} bytes that there are for it.");
        }

        try
        {
            return new BlobFile(MemoryFile.Create(), digest, pool, 0, _ => Release(bytes));
        }
        catch
        {
            Release(bytes);
            throw;
        }
    }

    private bool TryTake(long contentBytes, out long bytes, out long windowBytes)
    {
        lock (_gate)
        {
            (bytes, windowBytes) = Needed(options.WindowBytes, contentBytes);
            if (_bytes + bytes > options.MaxBytes / 2)
            {
                (bytes, windowBytes) = Needed(options.SmallWindowBytes, contentBytes);
            }

            if (_bytes + bytes > options.MaxBytes)
            {
                return false;
            }

            _bytes += bytes;
            _files++;
            return true;
        }
    }

    /// <summary>A granule more than the window: of one that is not forgotten as a whole nothing can be given back. What takes no more than that is there as a whole.</summary>
    private static (long Bytes, long WindowBytes) Needed(long windowBytes, long contentBytes)
    {
        var bytes = windowBytes + MemoryFile.GranuleBytes;
        var pages = (contentBytes + Environment.SystemPageSize - 1) / Environment.SystemPageSize * Environment.SystemPageSize;
        return pages > 0 && pages <= bytes ? (pages, pages) : (bytes, windowBytes);
    }

    private void Release(long bytes)
    {
        lock (_gate)
        {
            _bytes -= bytes;
            _files--;
        }
    }
}
