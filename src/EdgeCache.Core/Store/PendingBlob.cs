using EdgeCache.Core.Blobs;
using EdgeCache.Core.Index;

namespace EdgeCache.Core.Store;

/// <summary>
/// A blob that is being written, with the room reserved for it. Owned by one fill; disposing it deletes what was not published and gives the
/// reservation back.
/// </summary>
public sealed class PendingBlob : IDisposable
{
    private Action? _released;

    internal PendingBlob(BlobWriter writer, BlobPool pool, Action released)
    {
        Writer = writer;
        Pool = pool;
        _released = released;
    }

    public BlobWriter Writer { get; }

    public BlobPool Pool { get; }

    public void Dispose()
    {
        Writer.Dispose();
        Interlocked.Exchange(ref _released, null)?.Invoke();
    }
}
