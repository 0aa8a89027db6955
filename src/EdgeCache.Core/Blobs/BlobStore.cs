using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// The content-addressed files: temporary → verified → fsync → rename → fsync of the folder. The only room that opens files. What lies under a final
/// name is whole, verified and durable. One open file per digest, shared by its readers; publish and unlink are serialised per digest.
/// Safe for concurrent use.
/// </summary>
public sealed class BlobStore : IDisposable
{
    private readonly BlobPaths _paths;
    private readonly IDisk _disk;
    private readonly FanOutFolders _folders;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly OpenFiles _open;
    private long _temporaryNumber;

    /// <param name="maxKeptFiles">How many files stay open between readers.</param>
    public BlobStore(BlobPaths paths, IDisk disk, TimeProvider clock, ILogger logger, int maxKeptFiles = Blobs.OpenFiles.MaxKept)
    {
        _paths = paths;
        _disk = disk;
        _folders = new FanOutFolders(paths, disk);
        _clock = clock;
        _logger = logger;
        _open = new OpenFiles(paths, disk, clock, logger, maxKeptFiles);
    }

    /// <summary>Called with a doomed blob's bytes when its last reader has left.</summary>
    public Action<BlobPool, long>? DoomedReleased
    {
        get => _open.DoomedReleased;
        set => _open.DoomedReleased = value;
    }

    /// <summary>Published files that stay open between readers.</summary>
    public int KeptFiles => _open.KeptCount;

    /// <summary>Published files that somebody reads now; for the tests' teardown and the metrics.</summary>
    public int OpenFiles => _open.CountRead();

    /// <summary>Starts a temporary file for the content of an expected digest.</summary>
    /// <param name="expectedBytes">Preallocated, so that a full disk is found out before the first byte; 0 where the length is unknown.</param>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public BlobWriter Create(in Digest expected, BlobPool pool, long expectedBytes)
    {
        var path = Path.Combine(_paths.Temporary, $"{Interlocked.Increment(ref _temporaryNumber):x}.part");
        return new BlobWriter(new BlobFile(_disk.Create(path, expectedBytes), expected, pool, 0, _open.Closed), _disk, path);
    }

    /// <summary>Gives a finished writer's file its final name, durably. The writer is the caller's to dispose, whatever the outcome.</summary>
    /// <exception cref="IOException">fsync or rename failed; nothing stands under the final name.</exception>
    public PublishOutcome Publish(BlobWriter writer)
    {
        var file = writer.File;
        if (RandomAccess.GetLength(file.Handle) != writer.WrittenBytes)
        {
            _disk.SetLength(file.Handle, writer.WrittenBytes);
        }

        _disk.SyncFile(file.Handle);
        var folder = _folders.Ensure(file.Pool, file.Digest);
        var final = _paths.File(file.Pool, file.Digest);
        lock (_open.GateOf(file.Digest))
        {
            if (new FileInfo(final) is { Exists: true } there && there.Length == writer.WrittenBytes)
            {
                return PublishOutcome.AlreadyThere;
            }

            _disk.Move(writer.Path, final);
            writer.Renamed();
            file.SizeBytes = writer.WrittenBytes;
            file.CheckedAt = _clock.GetTimestamp();
            _open.Put(file);
        }

        try
        {
            _disk.SyncFolder(folder);
        }
        catch (IOException)
        {
            Withdraw(file);
            throw;
        }

        return PublishOutcome.Published;
    }

    /// <summary>A reader's hold on a published blob; null where there is none, or where its length is not the one that was verified
    /// (the damaged file is then removed).</summary>
    public BlobLease? Acquire(in Digest digest, BlobPool pool, long sizeBytes) => _open.Acquire(new BlobKey(pool, digest), sizeBytes);

    /// <summary>Whether the file of this lease is the one under its digest's final name, as far as this store knows.</summary>
    public bool IsCurrent(BlobLease lease) => _open.IsCurrent(new BlobKey(lease.Pool, lease.Digest), lease);

    /// <summary>Removes a blob's name.</summary>
    /// <exception cref="IOException">The disk failed; the blob is still there.</exception>
    public UnlinkOutcome Unlink(in Digest digest, BlobPool pool)
    {
        BlobFile? held = null;
        lock (_open.GateOf(digest))
        {
            var path = _paths.File(pool, digest);
            var key = new BlobKey(pool, digest);
            _open.LetGo(key);
            if (!File.Exists(path))
            {
                return UnlinkOutcome.Absent;
            }

            _disk.Delete(path);
            if (_open.Take(key) is { } open && open.TryHold())
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
            _disk.Delete(path);
            count++;
        }

        return count;
    }

    /// <summary>Closes what is kept open; leases stay good until their readers leave.</summary>
    public void Dispose() => _open.Dispose();

    /// <summary>Deletes a file whose loss or presence changes nothing: temporary names, swept again at the next start.</summary>
    internal static void DeleteQuietly(IDisk disk, string path)
    {
        try
        {
            disk.Delete(path);
        }
        catch (IOException)
        {
        }
        catch (UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Takes a name back whose durability is not certain. The file was never counted as stored, so that it is not doomed either.</summary>
    private void Withdraw(BlobFile file)
    {
        lock (_open.GateOf(file.Digest))
        {
            DeleteQuietly(_disk, _paths.File(file.Pool, file.Digest));
            _open.Take(new BlobKey(file.Pool, file.Digest));
        }
    }
}
