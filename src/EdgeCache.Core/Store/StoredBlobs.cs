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
    private readonly HotObjects _hot;
    private readonly ILogger _logger;

    private readonly VerifiedSlots _verified = new();

    /// <summary>Each serialises add and remove of its digests across the three views.</summary>
    private readonly Stripe[] _stripes = new Stripe[StripeCount];
    private long _damaged;
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
            _stripes[stripe] = new Stripe();
        }
    }

    /// <summary>Told of each blob that was set aside, under its digest's lock.</summary>
    public event Action<Digest>? BlobSetAside;

    /// <summary>What was found to be damaged, since the start.</summary>
    public long Damaged => Interlocked.Read(ref _damaged);

    /// <summary>What is stored now, in both pools.</summary>
    public (long Objects, long Bytes) Totals =>
        Enum.GetValues<BlobPool>().Select(Evictor.Usage).Aggregate((Objects: 0L, Bytes: 0L), (sum, usage) => (sum.Objects + usage.Objects, sum.Bytes + usage.UsedBytes));

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

    /// <inheritdoc cref="CacheStore.Acquire"/>
    public BlobLease? Acquire(in Digest digest) => Acquire(digest, out _);

    /// <param name="entry">What is held, where something is.</param>
    /// <exception cref="IOException">The disk failed.</exception>
    public BlobLease? Acquire(in Digest digest, out BlobEntry entry)
    {
        if (!TryGet(digest, out entry))
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

    /// <summary>The object is used now.</summary>
    public void Touch(BlobPool pool, int slot) => Evictor.Touch(pool, slot);

    /// <summary>Whether this process knows that the bytes are right.</summary>
    public bool IsVerified(in BlobEntry entry) => _verified.Contains(entry);

    /// <summary>The bytes of this entry have turned out to be right.</summary>
    public void Verified(in Digest digest, in BlobEntry entry)
    {
        lock (StripeOf(digest).Gate)
        {
            if (_index.TryGetBlob(digest, out var now) && now == entry)
            {
                _verified.Add(entry);
            }
        }
    }

    /// <summary>Copies small content into memory that was read from a lease, and is verified.</summary>
    public HotObject Hold(BlobLease lease, byte[] content)
    {
        var digest = lease.Digest;
        lock (StripeOf(digest).Gate)
        {
            // Without an entry it has just been evicted: served once more, and not held.
            if (!_index.TryGetBlob(digest, out var entry))
            {
                return new HotObject(lease.Text, content, BlobPool.Blobs, -1, 0);
            }

            _verified.Add(entry);
            return _hot.Add(digest, lease.Text, entry, content);
        }
    }

    /// <summary>
    /// Sets content aside whose file turned out to be damaged; the next request fetches it again. A file that has taken its place meanwhile stays.
    /// </summary>
    public void Discard(BlobLease damaged)
    {
        var digest = damaged.Digest;
        lock (StripeOf(digest).Gate)
        {
            if (!_blobs.IsCurrent(damaged))
            {
                return;
            }

            SetAsideStored(digest, damaged.Pool);
        }
    }

    /// <summary>The same for a file that nobody has open.</summary>
    public void SetAside(in Digest digest, BlobPool pool)
    {
        lock (StripeOf(digest).Gate)
        {
            SetAsideStored(digest, pool);
        }
    }

    /// <summary>Removes content whatever its file is like; its readers read on.</summary>
    /// <exception cref="IOException">The disk failed; it is still there.</exception>
    public void Remove(in Digest digest)
    {
        lock (StripeOf(digest).Gate)
        {
            // A look-up first: while the index loads it may not know the file yet.
            TryGet(digest, out _);
            RemoveStored(digest);
        }
    }

    /// <summary>
    /// Takes a file in. Bytes that stand in both pools stay in the manifests' only: a blob can be served from there, a manifest from the other cannot.
    /// </summary>
    /// <param name="isVerified">Whether this process has written the file.</param>
    /// <returns>False where the file is gone again, or the pool holds as many objects as it may: then the file is removed.</returns>
    /// <exception cref="IOException">A file that must go cannot be removed.</exception>
    public bool Add(in StoredBlob blob, bool isVerified = false)
    {
        lock (StripeOf(blob.Digest).Gate)
        {
            // A look-up and the fill itself may both bring the same file, and eviction may have taken it since they saw it.
            return _blobs.Exists(blob.Digest, blob.Pool) && AddThere(blob, isVerified);
        }
    }

    /// <summary>Adds what the scan has seen. It need not be looked for again, as long as nothing of its stripe has been removed.</summary>
    public void AddFound(in StoredBlob blob)
    {
        var stripe = StripeOf(blob.Digest);
        lock (stripe.Gate)
        {
            if (!stripe.HasRemoved || _blobs.Exists(blob.Digest, blob.Pool))
            {
                AddThere(blob, isVerified: false);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<VictimOutcome> RemoveAsync(Digest digest, BlobPool pool, CancellationToken cancellationToken)
    {
        lock (StripeOf(digest).Gate)
        {
            // Also where the index has lost its entry: a file that nobody counts would stay for good.
            _hot.Remove(digest);
            StripeOf(digest).HasRemoved = true;
            var outcome = _blobs.Unlink(digest, pool);
            if (_index.TryGetBlob(digest, out var entry) && entry.Pool == pool)
            {
                _index.RemoveBlob(digest);
            }

            return ValueTask.FromResult(outcome == UnlinkOutcome.Doomed ? VictimOutcome.Doomed : VictimOutcome.Removed);
        }
    }

    /// <summary>From here on what the index does not know is not there.</summary>
    public void Complete() => _isComplete = true;

    /// <summary>Under the digest's lock: adds a file that is there.</summary>
    private bool AddThere(in StoredBlob blob, bool isVerified)
    {
        if (_index.TryGetBlob(blob.Digest, out var known) && KeepsKnown(blob, known, isVerified))
        {
            return true;
        }

        var slot = Evictor.Add(blob.Pool, blob.Digest, blob.SizeBytes, blob.LastUsed);
        if (slot < 0)
        {
            Unlink(blob.Digest, blob.Pool, blob.SizeBytes);
            return false;
        }

        var entry = new BlobEntry(blob.SizeBytes, blob.Pool, slot);
        if (isVerified)
        {
            _verified.Add(entry);
        }
        else
        {
            _verified.Remove(entry);
        }

        _index.PutBlob(blob.Digest, entry);
        return true;
    }

    /// <summary>Whether a file is known already, or in the pool from which it can be served as either. Else what was known is forgotten.</summary>
    private bool KeepsKnown(in StoredBlob blob, in BlobEntry known, bool isVerified)
    {
        if (known.Pool != blob.Pool && blob.Pool == BlobPool.Blobs)
        {
            Unlink(blob.Digest, blob.Pool, blob.SizeBytes);
            return true;
        }

        if (known.Pool == blob.Pool && known.SizeBytes == blob.SizeBytes)
        {
            if (isVerified)
            {
                _verified.Add(known);
            }

            return true;
        }

        Forget(blob.Digest, known);
        if (known.Pool != blob.Pool)
        {
            Unlink(blob.Digest, known.Pool, known.SizeBytes);
        }

        return false;
    }

    /// <summary>Under the digest's lock.</summary>
    private void SetAsideStored(in Digest digest, BlobPool pool)
    {
        StoreLog.Damaged(_logger, digest);
        Interlocked.Increment(ref _damaged);
        _hot.Remove(digest);
        var sizeBytes = 0L;
        if (_index.TryGetBlob(digest, out var entry) && entry.Pool == pool)
        {
            sizeBytes = entry.SizeBytes;
            _index.RemoveBlob(digest);
            Evictor.Remove(pool, entry.Slot, digest);
        }

        StripeOf(digest).HasRemoved = true;
        if (_blobs.SetAside(digest, pool) == UnlinkOutcome.Doomed)
        {
            Evictor.Doom(pool, sizeBytes);
        }

        if (pool == BlobPool.Blobs)
        {
            BlobSetAside?.Invoke(digest);
        }
    }

    /// <summary>Forgets what was seen to be wrong, unless something else has taken its place meanwhile.</summary>
    private void Forget(in Digest digest, in BlobEntry seen)
    {
        lock (StripeOf(digest).Gate)
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
            // In this order: a file that stays is counted on.
            Unlink(digest, entry.Pool, entry.SizeBytes);
            _index.RemoveBlob(digest);
            Evictor.Remove(entry.Pool, entry.Slot, digest);
        }
    }

    private void Unlink(in Digest digest, BlobPool pool, long sizeBytes)
    {
        StripeOf(digest).HasRemoved = true;
        if (_blobs.Unlink(digest, pool) == UnlinkOutcome.Doomed)
        {
            Evictor.Doom(pool, sizeBytes);
        }
    }

    private Stripe StripeOf(in Digest digest) => _stripes[digest.GetHashCode() & (StripeCount - 1)];

    private sealed class Stripe
    {
        public Lock Gate { get; } = new();

        /// <summary>Whether a file was removed since the start. Under the lock.</summary>
        public bool HasRemoved { get; set; }
    }
}
