using EdgeCache.Core.Blobs;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Store;

/// <summary>
/// What fills left that did not come to their end, for the next fill of the same digest, over restarts too: so much less is fetched over a bad line. Bounded in
/// number, bytes and age, the oldest go first; it counts as used space. Owned by the store; safe for concurrent use.
/// </summary>
internal sealed class UnfinishedBlobs(BlobStore blobs, Evictor evictor, TimeProvider clock, ILogger logger)
{
    private const int MaxFiles = 1000;

    /// <summary>Of the blobs' room: what is asked for again is worth more than what may be.</summary>
    private const double MaxShare = 0.1;

    /// <summary>Who has not come back for it within a week does not come for it.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(7);

    private readonly Lock _gate = new(); // Protects what is kept, and its reservations.
    private readonly Dictionary<Digest, StoredBlob> _kept = [];
    private long _keptBytes;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _kept.Count;
            }
        }
    }

    /// <summary>Takes in what earlier runs left.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public void Load()
    {
        lock (_gate)
        {
            foreach (var file in blobs.Temporary.ListKept().OrderBy(file => file.LastUsed))
            {
                Add(file);
            }
        }
    }

    /// <summary>The writer that goes on with a digest; null where nothing is kept of it.</summary>
    /// <param name="expectedBytes">The length by the descriptor; -1 where none is known.</param>
    public BlobWriter? TryTake(in Digest digest, long expectedBytes)
    {
        lock (_gate)
        {
            Trim(0);
            if (!_kept.TryGetValue(digest, out var file))
            {
                return null;
            }

            Forget(file);
        }

        try
        {
            // At least a byte remains to be asked for: only an answer to that gives the right to the others.
            return blobs.TryTakeUp(digest, expectedBytes > 0 ? expectedBytes - 1 : long.MaxValue);
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            StoreLog.UnfinishedLost(logger, digest, error.Message);
            return null;
        }
    }

    /// <summary>Keeps what a writer has written, where it is worth it and there is room.</summary>
    public void Keep(BlobWriter writer)
    {
        if (writer.IsInMemory || writer.WrittenBytes < PartialNames.MinBytes)
        {
            return;
        }

        try
        {
            blobs.Temporary.Keep(writer);
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            StoreLog.UnfinishedLost(logger, writer.Expected, error.Message);
            return;
        }

        lock (_gate)
        {
            Add(new StoredBlob(writer.Expected, BlobPool.Blobs, writer.WrittenBytes, clock.GetUtcNow()));
        }
    }

    /// <summary>Under the lock. A file that may not stay is deleted.</summary>
    private void Add(StoredBlob file)
    {
        if (_kept.TryGetValue(file.Digest, out var other))
        {
            Forget(other);
        }

        Trim(file.SizeBytes);
        var maxBytes = MaxBytes();
        if (IsOld(file) || _keptBytes + file.SizeBytes > maxBytes || !evictor.TryReserve(BlobPool.Blobs, file.SizeBytes))
        {
            blobs.Temporary.DropKept(file.Digest);
            return;
        }

        _kept.Add(file.Digest, file);
        _keptBytes += file.SizeBytes;
    }

    /// <summary>Under the lock: makes room, and deletes what is old.</summary>
    private void Trim(long roomBytes)
    {
        var maxBytes = MaxBytes() - roomBytes;
        foreach (var file in _kept.Values.OrderBy(file => file.LastUsed).ToList())
        {
            if (!IsOld(file) && _keptBytes <= maxBytes && _kept.Count < MaxFiles)
            {
                return;
            }

            Forget(file);
            blobs.Temporary.DropKept(file.Digest);
        }
    }

    /// <summary>Under the lock.</summary>
    private void Forget(StoredBlob file)
    {
        _kept.Remove(file.Digest);
        _keptBytes -= file.SizeBytes;
        evictor.Release(BlobPool.Blobs, file.SizeBytes);
    }

    private long MaxBytes() => (long)(evictor.Usage(BlobPool.Blobs).LimitBytes * MaxShare);

    /// <summary>A time in the future is as good as none.</summary>
    private bool IsOld(StoredBlob file)
    {
        var age = clock.GetUtcNow() - file.LastUsed;
        return age > MaxAge || age < -TimeSpan.FromMinutes(1);
    }
}
