using EdgeCache.Core.Blobs;
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
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    /// <summary>Each serialises add and remove of its digests across the three views.</summary>
    private readonly Lock[] _stripes = new Lock[StripeCount];
    private Evictor? _evictor;
    private volatile bool _isComplete;

    public StoredBlobs(CacheIndex index, BlobStore blobs, TimeProvider clock, ILogger logger)
    {
        _index = index;
        _blobs = blobs;
        _clock = clock;
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
            Forget(digest);
            return null;
        }

        Evictor.Touch(entry.Pool, entry.Slot);
        return lease;
    }

    public void Add(in StoredBlob blob)
    {
        lock (StripeOf(blob.Digest))
        {
            if (_index.TryGetBlob(blob.Digest, out _))
            {
                return;
            }

            var slot = Evictor.Add(blob.Pool, blob.Digest, blob.SizeBytes, blob.LastUsed);
            if (slot < 0)
            {
                // The pool holds as many objects as it may: this one cannot stay.
                _blobs.Unlink(blob.Digest, blob.Pool);
                return;
            }

            _index.PutBlob(blob.Digest, new BlobEntry(blob.SizeBytes, blob.Pool, slot));
        }
    }

    /// <summary>Bytes that came as a blob and now come as a manifest move to the manifests' budget.</summary>
    public void MakeWayForManifest(in Digest digest)
    {
        if (!_index.TryGetBlob(digest, out var entry) || entry.Pool == BlobPool.Manifests)
        {
            return;
        }

        lock (StripeOf(digest))
        {
            Forget(digest);
            if (_blobs.Unlink(digest, entry.Pool) == UnlinkOutcome.Doomed)
            {
                Evictor.Doom(entry.Pool, entry.SizeBytes);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<VictimOutcome> RemoveAsync(Digest digest, BlobPool pool, CancellationToken cancellationToken)
    {
        lock (StripeOf(digest))
        {
            if (!_index.TryGetBlob(digest, out var entry) || entry.Pool != pool)
            {
                return ValueTask.FromResult(VictimOutcome.Removed);
            }

            var outcome = _blobs.Unlink(digest, pool);
            _index.RemoveBlob(digest);
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

    private void Forget(in Digest digest)
    {
        lock (StripeOf(digest))
        {
            if (_index.TryGetBlob(digest, out var entry))
            {
                _index.RemoveBlob(digest);
                Evictor.Remove(entry.Pool, entry.Slot, digest);
            }
        }
    }

    private Lock StripeOf(in Digest digest) => _stripes[digest.GetHashCode() & (StripeCount - 1)];
}
