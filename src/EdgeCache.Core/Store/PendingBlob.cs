using EdgeCache.Core.Blobs;
using EdgeCache.Core.Eviction;

namespace EdgeCache.Core.Store;

/// <summary>
/// A blob that is being written, with the room reserved for it. Owned by one fill; disposing it deletes what was not published and gives the
/// reservation back.
/// </summary>
public sealed class PendingBlob : IDisposable
{
    private readonly Evictor _evictor;
    private readonly long _reservedBytes;
    private bool _isReserved;
    private bool _disposed;

    /// <param name="reservedBytes">What is reserved; -1 where no room could be reserved, and then the content must not be kept.</param>
    internal PendingBlob(BlobWriter writer, BlobPool pool, Evictor evictor, long reservedBytes)
    {
        Writer = writer;
        Pool = pool;
        _evictor = evictor;
        _reservedBytes = reservedBytes;
        _isReserved = reservedBytes >= 0;
    }

    public BlobWriter Writer { get; }

    public BlobPool Pool { get; }

    /// <summary>Whether the pool has room for it; where not it is delivered, but not kept.</summary>
    internal bool HasRoom => _reservedBytes >= 0;

    /// <summary>Gives the reservation back; what is published counts as stored from here on, and must not count twice: that would evict others for nothing.</summary>
    internal void ReleaseRoom()
    {
        if (_isReserved)
        {
            _isReserved = false;
            _evictor.Release(Pool, _reservedBytes);
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Writer.Dispose();
        ReleaseRoom();
    }
}
