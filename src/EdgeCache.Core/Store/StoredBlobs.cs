using EdgeCache.Core.Blobs;
using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Store;

/// <summary>
/// Keeps the three views of a stored blob together: the file, its entry in the index, its slot in the eviction. Every change of the three happens
/// under the digest's stripe. Safe for concurrent use.
/// </summary>
internal sealed class StoredBlobs : IVictimRemover
{
    private const int StripeCount = 64;

    private readonly CacheIndex _index;
    private readonly BlobStore _blobs;
    private readonly HotObjects _hot;
    private readonly ILogger _logger;

    /// <summary>Each serialises add and remove of its digests across the three views.</summary>
    private readonly Lock[] _stripes = new Lock[StripeCount];
    private Evictor? _evictor;
    private volatile bool _isComplete;

    public StoredBlobs(CacheIndex index, BlobStore blobs, HotObjects hot, ILogger logger)
    {
        _index = index;
        _blobs = blobs;
        _hot = hot;
        _logger = logger;
        for (var stripe = 0; stripe < StripeCount; stripe++)
        {
            _stripes[stripe] = new Lock();
        }
    }

    private Evictor Evictor => _evictor ?? throw new InvalidOperationException("No evictor is attached.");

    /// <summary>The two know each other: the evictor removes through this, and this adds to the evictor.</summary>
    public void Attach(Evictor evictor)
    {
        _evictor = evictor;
        _blobs.DoomedReleased = evictor.Released;
    }

    /// <summary>What is stored under a digest. While the index loads the file system is asked as well.</summary>
    public bool TryGet(in Digest digest, out BlobEntry entry)
    {
        if (_index.TryGetBlob(digest, out entry))
        {
            return true;
        }

        if (_isComplete || _blobs.Find(digest) is not { } found)
        {
            return false;
        }

        Add(found);
        return _index.TryGetBlob(digest, out entry);
    }

    public BlobLease? Acquire(in Digest digest)
    {
        if (!TryGet(digest, out var entry))
        {
            return null;
        }

        var lease = _blobs.Acquire(digest, entry.Pool, entry.SizeBytes);
        if (lease is null)
        {
            Forget(digest, entry);
            return null;
        }

        Evictor.Touch(entry.Pool, entry.Slot);
        return lease;
    }

    /// <summary>The content from memory, or a hold on its file; small content is copied into memory at its second use.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    /// <exception cref="OperationCanceledException">The token, while a small file is read.</exception>
    public ValueTask<StoredContent> AcquireContentAsync(in Digest digest, CancellationToken cancellationToken) =>
        TryGetHot(digest, out var hot) ? new ValueTask<StoredContent>(hot) : AcquireFileAsync(digest, cancellationToken);

    /// <summary>The content where it is in memory already.</summary>
    public bool TryGetHot(in Digest digest, out StoredContent content)
    {
        if (!_hot.TryGet(digest, out var hot))
        {
            content = default;
            return false;
        }

        Evictor.Touch(hot.Pool, hot.Slot);
        content = new StoredContent(hot);
        return true;
    }

    /// <summary>
    /// Removes content whose file turned out to be damaged; the next request fetches it again. A file that has taken its place meanwhile stays.
    /// </summary>
    /// <exception cref="IOException">The disk failed; the index has forgotten it all the same.</exception>
    public void Discard(BlobLease damaged)
    {
        var digest = damaged.Digest;
        lock (StripeOf(digest))
        {
            if (!_blobs.IsCurrent(damaged))
            {
                return;
            }

            StoreLog.Damaged(_logger, digest);
            RemoveStored(digest);
        }
    }

    /// <summary>Removes content whatever its file is like; its readers read on.</summary>
    /// <exception cref="IOException">The disk failed; the index has forgotten it all the same.</exception>
    public void Remove(in Digest digest)
    {
        lock (StripeOf(digest))
        {
            // A look-up first: while the index loads it may not know the file yet.
            TryGet(digest, out _);
            RemoveStored(digest);
        }
    }

    /// <summary>
    /// Takes a file in. Bytes that stand in both pools stay in the manifests' only: a blob can be served from there, a manifest from the other cannot.
    /// </summary>
    /// <returns>False where the file is gone again, or the pool holds as many objects as it may: then the file is removed.</returns>
    /// <exception cref="IOException">A file that must go cannot be removed.</exception>
    public bool Add(in StoredBlob blob)
    {
        lock (StripeOf(blob.Digest))
        {
            // The scan, a look-up and the fill itself may all bring the same file, and eviction may have taken it since they saw it.
            if (!_blobs.Exists(blob.Digest, blob.Pool))
            {
                return false;
            }

            if (_index.TryGetBlob(blob.Digest, out var known))
            {
                if (known.Pool != blob.Pool && blob.Pool == BlobPool.Blobs)
                {
                    Unlink(blob.Digest, blob.Pool, blob.SizeBytes);
                    return true;
                }

                if (known.Pool == blob.Pool && known.SizeBytes == blob.SizeBytes)
                {
                    return true;
                }

                Forget(blob.Digest, known);
                if (known.Pool != blob.Pool)
                {
                    Unlink(blob.Digest, known.Pool, known.SizeBytes);
                }
            }

            var slot = Evictor.Add(blob.Pool, blob.Digest, blob.SizeBytes, blob.LastUsed);
            if (slot < 0)
            {
                Unlink(blob.Digest, blob.Pool, blob.SizeBytes);
                return false;
            }

            _index.PutBlob(blob.Digest, new BlobEntry(blob.SizeBytes, blob.Pool, slot));
            return true;
        }
    }

    /// <inheritdoc/>
    public ValueTask<VictimOutcome> RemoveAsync(Digest digest, BlobPool pool, CancellationToken cancellationToken)
    {
        lock (StripeOf(digest))
        {
            // Also where the index has lost its entry: a file that nobody counts would stay for good.
            _hot.Remove(digest);
            var outcome = _blobs.Unlink(digest, pool);
            if (_index.TryGetBlob(digest, out var entry) && entry.Pool == pool)
            {
                _index.RemoveBlob(digest);
            }

            return ValueTask.FromResult(outcome == UnlinkOutcome.Doomed ? VictimOutcome.Doomed : VictimOutcome.Removed);
        }
    }

    /// <summary>Adds every file on disk. Returns how many there are.</summary>
    /// <exception cref="OperationCanceledException">The store is closing.</exception>
    public int Scan(CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var blob in _blobs.Scan())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(blob);
            count++;
        }

        return count;
    }

    /// <summary>From here on what the index does not know is not there.</summary>
    public void Complete() => _isComplete = true;

    private async ValueTask<StoredContent> AcquireFileAsync(Digest digest, CancellationToken cancellationToken)
    {
        await PoolThread.EnterAsync().ConfigureAwait(false);
        return Acquire(digest) switch
        {
            null => default,
            // What is read once only need not push out what is read often.
            { } lease when _hot.Takes(lease.SizeBytes) && lease.MarkRead() => await CopyAsync(lease, cancellationToken).ConfigureAwait(false),
            { } lease => new StoredContent(lease),
        };
    }

    /// <summary>Reads a small file whole. What its digest does not match is damage of the disk, and never served.</summary>
    private async ValueTask<StoredContent> CopyAsync(BlobLease lease, CancellationToken cancellationToken)
    {
        using (lease)
        {
            var content = new byte[lease.SizeBytes];
            var digest = lease.Digest;
            if (!await TryReadAsync(lease, content, cancellationToken).ConfigureAwait(false) || Digest.Compute(content, digest.Algorithm) != digest)
            {
                Discard(lease);
                return default;
            }

            lock (StripeOf(digest))
            {
                // Without an entry it has just been evicted: served once more, and not held.
                return new StoredContent(_index.TryGetBlob(digest, out var entry)
                    ? _hot.Add(digest, lease.Text, entry, content)
                    : new HotObject(lease.Text, content, BlobPool.Blobs, -1, 0));
            }
        }
    }

    private static async ValueTask<bool> TryReadAsync(BlobLease lease, byte[] content, CancellationToken cancellationToken)
    {
        try
        {
            return await lease.ReadAsync(content, 0, cancellationToken).ConfigureAwait(false) == content.Length;
        }
        catch (IOException)
        {
            // A bad sector: as good as a wrong byte.
            return false;
        }
    }

    /// <summary>Forgets what was seen to be wrong, unless something else has taken its place meanwhile.</summary>
    private void Forget(in Digest digest, in BlobEntry seen)
    {
        lock (StripeOf(digest))
        {
            if (_index.TryGetBlob(digest, out var entry) && entry == seen)
            {
                _index.RemoveBlob(digest);
                Evictor.Remove(entry.Pool, entry.Slot, digest);
            }
        }
    }

    /// <summary>Under the digest's lock.</summary>
    private void RemoveStored(in Digest digest)
    {
        _hot.Remove(digest);
        if (_index.TryGetBlob(digest, out var entry))
        {
            _index.RemoveBlob(digest);
            Evictor.Remove(entry.Pool, entry.Slot, digest);
            Unlink(digest, entry.Pool, entry.SizeBytes);
        }
    }

    private void Unlink(in Digest digest, BlobPool pool, long sizeBytes)
    {
        if (_blobs.Unlink(digest, pool) == UnlinkOutcome.Doomed)
        {
            Evictor.Doom(pool, sizeBytes);
        }
    }

    private Lock StripeOf(in Digest digest) => _stripes[digest.GetHashCode() & (StripeCount - 1)];
}
