using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// The content-addressed files: temporary → verified → fsync → rename → fsync of the folder. The only room that opens files. What lies under a final
/// name is whole, verified and durable. One open file per digest, shared by its readers; publish and unlink are serialised per digest.
/// Safe for concurrent use.
/// </summary>
public sealed class BlobStore : IDisposable
{
    private const int StripeCount = 64;

    /// <summary>
    /// How coarse the last use on disk is: one metadata write per blob in this time at most. What is kept open, or in memory, is opened anew after it.
    /// </summary>
    internal static readonly TimeSpan LastUsedGranularity = TimeSpan.FromMinutes(10);

    /// <summary>How many files stay open between readers. Opening one for each hit cost a third of a small hit's CPU.</summary>
    private const int MaxKeptFiles = 1024;

    private readonly BlobPaths _paths;
    private readonly FanOutFolders _folders;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Stripe[] _stripes = new Stripe[StripeCount];
    private readonly SieveCache<BlobKey, BlobFile> _kept = new(MaxKeptFiles, static file => file.EndKeeping());
    private long _temporaryNumber;

    public BlobStore(BlobPaths paths, TimeProvider clock, ILogger logger)
    {
        _paths = paths;
        _folders = new FanOutFolders(paths);
        _clock = clock;
        _logger = logger;
        for (var index = 0; index < StripeCount; index++)
        {
            _stripes[index] = new Stripe();
        }
    }

    /// <summary>Called with a doomed blob's bytes when its last reader has left.</summary>
    public Action<BlobPool, long>? DoomedReleased { get; set; }

    /// <summary>Published files that somebody reads now; for the tests' teardown and the metrics.</summary>
    public int OpenFiles => _stripes.Sum(stripe => stripe.CountRead());

    /// <summary>Starts a temporary file for the content of an expected digest.</summary>
    /// <param name="expectedBytes">Preallocated, so that a full disk is found out before the first byte; 0 where the length is unknown.</param>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public BlobWriter Create(in Digest expected, BlobPool pool, long expectedBytes)
    {
        var path = Path.Combine(_paths.Temporary, $"{Interlocked.Increment(ref _temporaryNumber):x}.part");
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(
                path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.None, expectedBytes);
        }
        catch (IOException)
        {
            // A preallocation that failed leaves the empty file behind.
            DeleteQuietly(path);
            throw;
        }

        return new BlobWriter(new BlobFile(handle, expected, pool, 0, Closed), path);
    }

    /// <summary>Gives a finished writer's file its final name, durably. The writer is the caller's to dispose, whatever the outcome.</summary>
    /// <exception cref="IOException">fsync or rename failed; nothing stands under the final name.</exception>
    public PublishOutcome Publish(BlobWriter writer)
    {
        var file = writer.File;
        if (RandomAccess.GetLength(file.Handle) != writer.WrittenBytes)
        {
            RandomAccess.SetLength(file.Handle, writer.WrittenBytes);
        }

        Durability.SyncFile(file.Handle);
        var folder = _folders.Ensure(file.Pool, file.Digest);
        var final = _paths.File(file.Pool, file.Digest);
        var stripe = StripeOf(file.Digest);
        lock (stripe.Gate)
        {
            if (new FileInfo(final) is { Exists: true } there && there.Length == writer.WrittenBytes)
            {
                return PublishOutcome.AlreadyThere;
            }

            File.Move(writer.Path, final, overwrite: true);
            LetGo(new BlobKey(file.Pool, file.Digest));
            writer.Renamed();
            file.SizeBytes = writer.WrittenBytes;
            stripe.Open[new BlobKey(file.Pool, file.Digest)] = file;
        }

        try
        {
            Durability.SyncFolder(folder);
        }
        catch (IOException)
        {
            Withdraw(file, stripe);
            throw;
        }

        return PublishOutcome.Published;
    }

    /// <summary>A reader's hold on a published blob; null where there is none, or where its length is not the one that was verified
    /// (the damaged file is then removed).</summary>
    public BlobLease? Acquire(in Digest digest, BlobPool pool, long sizeBytes)
    {
        var key = new BlobKey(pool, digest);
        if (_kept.TryGet(key, out var kept) && kept.SizeBytes == sizeBytes && IsRecent(kept) && kept.TryHold())
        {
            return new BlobLease(kept);
        }

        var stripe = StripeOf(digest);
        lock (stripe.Gate)
        {
            LetGo(key);
            if (stripe.Open.TryGetValue(key, out var open) && open.TryHold())
            {
                return new BlobLease(open);
            }

            var file = Open(digest, pool);
            if (file is null)
            {
                return null;
            }

            if (file.SizeBytes == sizeBytes)
            {
                stripe.Open[key] = file;
                Keep(key, file);
                return new BlobLease(file);
            }

            BlobLog.WrongLength(_logger, digest, file.SizeBytes, sizeBytes);
            file.Handle.Dispose();
            DeleteQuietly(_paths.File(pool, digest));
            return null;
        }
    }

    /// <summary>Removes a blob's name.</summary>
    /// <exception cref="IOException">The disk failed; the blob is still there.</exception>
    public UnlinkOutcome Unlink(in Digest digest, BlobPool pool)
    {
        var stripe = StripeOf(digest);
        BlobFile? held = null;
        lock (stripe.Gate)
        {
            var path = _paths.File(pool, digest);
            if (!File.Exists(path))
            {
                return UnlinkOutcome.Absent;
            }

            File.Delete(path);
            var key = new BlobKey(pool, digest);
            LetGo(key);
            if (stripe.Open.Remove(key, out var open) && open.TryHold())
            {
                open.Doom();
                held = open;
            }
        }

        // Outside the lock: the release may be the last one and then calls back.
        held?.Release();
        return held is null ? UnlinkOutcome.Freed : UnlinkOutcome.Doomed;
    }

    /// <summary>Whether a file stands under the blob's final name.</summary>
    public bool Exists(in Digest digest, BlobPool pool) => File.Exists(_paths.File(pool, digest));

    /// <summary>Looks for a blob on disk, in either pool: the truth while the index is not complete.</summary>
    public StoredBlob? Find(in Digest digest)
    {
        foreach (var pool in Enum.GetValues<BlobPool>())
        {
            var file = new FileInfo(_paths.File(pool, digest));
            if (file.Exists)
            {
                return new StoredBlob(digest, pool, file.Length, file.LastWriteTimeUtc);
            }
        }

        return null;
    }

    /// <inheritdoc cref="BlobScan.Run"/>
    public IEnumerable<StoredBlob> Scan() => new BlobScan(_paths, _logger).Run();

    /// <summary>Deletes what an earlier run left unfinished. Call it before the first writer.</summary>
    /// <returns>How many files there were.</returns>
    public int SweepTemporary()
    {
        var count = 0;
        foreach (var path in Directory.EnumerateFiles(_paths.Temporary))
        {
            File.Delete(path);
            count++;
        }

        return count;
    }

    /// <summary>Closes what is kept open; leases stay good until their readers leave.</summary>
    public void Dispose()
    {
        foreach (var file in _kept.Drain())
        {
            file.EndKeeping();
        }
    }

    /// <summary>Deletes a file whose loss or presence changes nothing: temporary names, swept again at the next start.</summary>
    internal static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (IOException)
        {
        }
        catch (UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Takes a name back whose durability is not certain. The file was never counted as stored, so that it is not doomed either.</summary>
    private void Withdraw(BlobFile file, Stripe stripe)
    {
        lock (stripe.Gate)
        {
            DeleteQuietly(_paths.File(file.Pool, file.Digest));
            stripe.Open.Remove(new BlobKey(file.Pool, file.Digest));
        }
    }

    private bool IsRecent(BlobFile file) => _clock.GetElapsedTime(file.OpenedAt) < LastUsedGranularity;

    /// <summary>Keeps a file open for later readers.</summary>
    private void Keep(in BlobKey key, BlobFile file)
    {
        file.BeginKeeping();
        if (!_kept.TryAdd(key, file))
        {
            file.EndKeeping();
        }
    }

    /// <summary>Ends the store's own hold. Under the stripe's lock, so that who opens the file next finds what is true.</summary>
    private void LetGo(in BlobKey key)
    {
        if (_kept.TryRemove(key, out var file))
        {
            file.EndKeeping();
        }
    }

    private BlobFile? Open(in Digest digest, BlobPool pool)
    {
        var path = _paths.File(pool, digest);
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        RecordUse(handle);
        return new BlobFile(handle, digest, pool, RandomAccess.GetLength(handle), Closed) { OpenedAt = _clock.GetTimestamp() };
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

    private void Closed(BlobFile file)
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

    private readonly record struct BlobKey(BlobPool Pool, Digest Digest);
}
