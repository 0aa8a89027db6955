using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// The published files that are open: one for each blob, shared by its readers, and kept open between them up to a number. A use of a blob that is read often
/// is recorded on disk all the same. Safe for concurrent use; the lock of a digest (<see cref="GateOf"/>) also serialises publish and unlink. No file of one
/// stripe is closed under the lock of another.
/// </summary>
internal sealed class OpenFiles : IDisposable
{
    /// <summary>How many files stay open between readers. Opening one for each hit cost a third of a small hit's CPU.</summary>
    public const int MaxKept = 1024;

    private const int StripeCount = 64;

    /// <summary>
    /// How coarse the last use on disk is: one metadata write per blob in this time at most. For so long what is kept open or in memory is not looked for on disk.
    /// </summary>
    internal static readonly TimeSpan LastUsedGranularity = TimeSpan.FromMinutes(10);

    private readonly BlobPaths _paths;
    private readonly IDisk _disk;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly SieveCache<BlobKey, BlobFile> _kept;
    private readonly Stripe[] _stripes = new Stripe[StripeCount];

    public OpenFiles(BlobPaths paths, IDisk disk, TimeProvider clock, ILogger logger, int maxKept)
    {
        _paths = paths;
        _disk = disk;
        _clock = clock;
        _logger = logger;
        _kept = new SieveCache<BlobKey, BlobFile>(maxKept);
        for (var index = 0; index < StripeCount; index++)
        {
            _stripes[index] = new Stripe();
        }
    }

    /// <summary>Called with a doomed blob's bytes when its last reader has left.</summary>
    public Action<BlobPool, long>? DoomedReleased { get; set; }

    public int KeptCount => _kept.Count;

    /// <summary>Serialises publish, open and unlink of the digest.</summary>
    public Lock GateOf(in Digest digest) => StripeOf(digest).Gate;

    /// <summary>How many files somebody reads now.</summary>
    public int CountRead() => _stripes.Sum(stripe => stripe.CountRead());

    /// <summary>A hold on a file of the length that was verified; one of another length is removed. Null where there is none.</summary>
    public BlobLease? Acquire(in BlobKey key, long sizeBytes)
    {
        if (_kept.TryGet(key, out var kept) && kept.SizeBytes == sizeBytes && IsRecent(kept) && kept.TryHold())
        {
            return new BlobLease(kept);
        }

        // Closing a file of another stripe under this one's lock could deadlock.
        var leaving = new List<BlobFile>();
        try
        {
            lock (GateOf(key.Digest))
            {
                return Acquire(key, sizeBytes, leaving);
            }
        }
        finally
        {
            leaving.ForEach(static file => file.EndKeeping());
        }
    }

    /// <summary>A file has taken its name. Under the digest's lock.</summary>
    public void Put(BlobFile file)
    {
        var key = new BlobKey(file.Pool, file.Digest);
        LetGo(key);
        StripeOf(file.Digest).Open[key] = file;
    }

    /// <summary>Later readers open the name anew. Under the digest's lock.</summary>
    public BlobFile? Take(in BlobKey key) => StripeOf(key.Digest).Open.Remove(key, out var open) ? open : null;

    /// <summary>Whether the file of this lease is the one that readers get now.</summary>
    public bool IsCurrent(in BlobKey key, BlobLease lease)
    {
        lock (GateOf(key.Digest))
        {
            return StripeOf(key.Digest).Open.TryGetValue(key, out var open) && lease.IsOf(open);
        }
    }

    /// <summary>Ends the store's own hold. Under the digest's lock, so that who opens the file next finds what is true.</summary>
    public void LetGo(in BlobKey key)
    {
        if (_kept.TryRemove(key, out var file))
        {
            file.EndKeeping();
        }
    }

    /// <summary>A file's last holder has left.</summary>
    public void Closed(BlobFile file)
    {
        var stripe = StripeOf(file.Digest);
        lock (stripe.Gate)
        {
            var key = new BlobKey(file.Pool, file.Digest);
            if (stripe.Open.TryGetValue(key, out var open) && ReferenceEquals(open, file))
            {
                stripe.Open.Remove(key);
            }
        }

        if (file.IsDoomed)
        {
            DoomedReleased?.Invoke(file.Pool, file.SizeBytes);
        }
    }

    /// <summary>Closes what is kept open; leases stay good until their readers leave.</summary>
    public void Dispose()
    {
        foreach (var file in _kept.Drain())
        {
            file.EndKeeping();
        }
    }

    private bool IsRecent(BlobFile file) => _clock.GetElapsedTime(file.CheckedAt) < LastUsedGranularity;

    /// <summary>Under the stripe's lock: shares the open file, or opens one, and keeps it open.</summary>
    /// <param name="leaving">Gets the files that are kept no longer.</param>
    private BlobLease? Acquire(in BlobKey key, long sizeBytes, List<BlobFile> leaving)
    {
        var stripe = StripeOf(key.Digest);
        if (stripe.Open.TryGetValue(key, out var open) && open.SizeBytes == sizeBytes && open.TryHold())
        {
            if (IsRecent(open) || TryRenew(open))
            {
                Keep(key, open, leaving);
                return new BlobLease(open);
            }

            open.Release();
        }

        LetGo(key);
        if (Open(key.Digest, key.Pool) is not { } file)
        {
            return null;
        }

        if (file.SizeBytes == sizeBytes)
        {
            stripe.Open[key] = file;
            Keep(key, file, leaving);
            return new BlobLease(file);
        }

        BlobLog.WrongLength(_logger, key.Digest, file.SizeBytes, sizeBytes);
        file.Handle.Dispose();
        _disk.DeleteQuietly(_paths.File(key.Pool, key.Digest));
        return null;
    }

    /// <summary>Whether the name of a file that was open for a while is still there; then its use is recorded.</summary>
    private bool TryRenew(BlobFile file)
    {
        if (!File.Exists(_paths.File(file.Pool, file.Digest)))
        {
            return false;
        }

        RecordUse(file.Handle);
        file.CheckedAt = _clock.GetTimestamp();
        return true;
    }

    /// <summary>Keeps a file open for later readers.</summary>
    private void Keep(in BlobKey key, BlobFile file, List<BlobFile> leaving)
    {
        if (file.IsKept)
        {
            return;
        }

        file.BeginKeeping();
        if (!_kept.TryAdd(key, file, 1, leaving))
        {
            file.EndKeeping();
        }
    }

    private BlobFile? Open(in Digest digest, BlobPool pool)
    {
        if (_disk.TryOpen(_paths.File(pool, digest)) is not { } handle)
        {
            return null;
        }

        RecordUse(handle);
        return new BlobFile(handle, digest, pool, RandomAccess.GetLength(handle), Closed) { CheckedAt = _clock.GetTimestamp() };
    }

    /// <summary>Sets the file's modification time to now where it is older than the granularity.</summary>
    private void RecordUse(SafeFileHandle handle)
    {
        try
        {
            var now = _clock.GetUtcNow().UtcDateTime;
            if ((now - File.GetLastWriteTimeUtc(handle)).Duration() >= LastUsedGranularity)
            {
                File.SetLastWriteTimeUtc(handle, now);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A read-only disk still serves; only the order after a restart suffers.
            BlobLog.LastUseNotRecorded(_logger, error.Message);
        }
    }

    private Stripe StripeOf(in Digest digest) => _stripes[digest.GetHashCode() & (StripeCount - 1)];

    private sealed class Stripe
    {
        /// <summary>Protects Open, and serialises publish, open and unlink of the stripe's digests.</summary>
        public Lock Gate { get; } = new();

        /// <summary>By pool as well: for a while a digest may stand in both.</summary>
        public Dictionary<BlobKey, BlobFile> Open { get; } = [];

        public int CountRead()
        {
            lock (Gate)
            {
                return Open.Values.Count(file => file.HasReaders);
            }
        }
    }
}
