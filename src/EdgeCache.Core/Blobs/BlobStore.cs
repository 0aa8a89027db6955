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
    /// <summary>How many files stay open between readers, unless somebody says otherwise.</summary>
    public const int MaxKeptFiles = Blobs.OpenFiles.MaxKept;

    private readonly BlobPaths _paths;
    private readonly IDisk _disk;
    private readonly FanOutFolders _folders;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly OpenFiles _open;
    private readonly MemoryBlobs _memory;
    private readonly Quarantine _quarantine;
    private readonly DistrustedNames _distrusted = new();

    /// <param name="maxKeptFiles">How many files stay open between readers.</param>
    /// <param name="passThrough">How much memory fills may have that pass through it; null for a share of the process's.</param>
    public BlobStore(BlobPaths paths, IDisk disk, TimeProvider clock, ILogger logger, int maxKeptFiles = MaxKeptFiles, PassThroughOptions? passThrough = null)
    {
        _memory = new MemoryBlobs(passThrough ?? PassThroughOptions.Within(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes));
        _paths = paths;
        _disk = disk;
        _folders = new FanOutFolders(paths, disk);
        _clock = clock;
        _logger = logger;
        Temporary = new TemporaryFiles(paths, disk);
        _open = new OpenFiles(paths, disk, clock, logger, maxKeptFiles);
        _quarantine = new Quarantine(paths, disk, clock, logger);
    }

    /// <summary>Called with a doomed blob's bytes when its last reader has left.</summary>
    public Action<BlobPool, long>? DoomedReleased
    {
        get => _open.DoomedReleased;
        set => _open.DoomedReleased = value;
    }

    /// <summary>What is not published yet.</summary>
    internal TemporaryFiles Temporary { get; }

    /// <summary>Fills whose bytes pass through memory now.</summary>
    public int InMemory => _memory.Count;

    /// <summary>Published files that stay open between readers.</summary>
    public int KeptFiles => _open.KeptCount;

    /// <summary>Published files that somebody reads now; for the tests' teardown and the metrics.</summary>
    public int OpenFiles => _open.CountRead();

    /// <summary>Starts a temporary file for the content of an expected digest.</summary>
    /// <param name="expectedBytes">Preallocated, so that a full disk is found out before the first byte; 0 where the length is unknown.</param>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public BlobWriter Create(in Digest expected, BlobPool pool, long expectedBytes)
    {
        var path = Temporary.NextName(expected);
        return new BlobWriter(new BlobFile(_disk.Create(path, expectedBytes), expected, pool, 0, _open.Closed), _disk, path, _memory);
    }

    /// <summary>The same in memory, where the disk takes nothing: for its readers only, who must keep up with it.</summary>
    /// <param name="expectedBytes">So much memory at most is set aside for it; 0 where the length is unknown.</param>
    /// <exception cref="IOException">There is no memory for another, or the system has no such files.</exception>
    public BlobWriter CreateInMemory(in Digest expected, BlobPool pool, long expectedBytes) => BlobWriter.InMemory(_memory, _disk, expected, pool, expectedBytes);

    /// <summary>Goes on to write what an earlier writer left (<see cref="TemporaryFiles.Keep"/>). Its bytes are to be hashed first.</summary>
    /// <param name="maxBytes">How much of it is taken up at most.</param>
    /// <returns>Null where there is nothing.</returns>
    /// <exception cref="IOException">The disk failed.</exception>
    public BlobWriter? TryTakeUp(in Digest expected, long maxBytes) =>
        Temporary.TryTakeUp(expected, maxBytes, out var path, out var bytes) is { } file
            ? new BlobWriter(new BlobFile(file, expected, BlobPool.Blobs, 0, _open.Closed), _disk, path, _memory, bytes)
            : null;

    /// <summary>Gives a finished writer's file its final name, durably. The writer is the caller's to dispose, whatever the outcome.</summary>
    /// <exception cref="IOException">fsync or rename failed; nothing stands under the final name.</exception>
    public PublishOutcome Publish(BlobWriter writer)
    {
        if (writer.IsInMemory)
        {
            throw new InvalidOperationException("The disk does not have these bytes.");
        }

        var file = writer.File;
        if (RandomAccess.GetLength(file.Handle) != writer.WrittenBytes)
        {
            _disk.SetLength(file.Handle, writer.WrittenBytes);
        }

        writer.Sync();
        var folder = _folders.Ensure(file.Pool, file.Digest);
        var final = _paths.File(file.Pool, file.Digest);
        lock (_open.GateOf(file.Digest))
        {
            var key = new BlobKey(file.Pool, file.Digest);
            if (!_distrusted.Contains(key) && new FileInfo(final) is { Exists: true } there && there.Length == writer.WrittenBytes)
            {
                return PublishOutcome.AlreadyThere;
            }

            _disk.Move(writer.Path, final);
            _distrusted.Remove(key);
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
    public UnlinkOutcome Unlink(in Digest digest, BlobPool pool) => Remove(new BlobKey(pool, digest), _disk.Delete);

    /// <summary>Removes a damaged blob's name, and keeps the bytes for a while where nobody is served from. Where the disk refuses even that, the name is not believed any more.</summary>
    public UnlinkOutcome SetAside(in Digest digest, BlobPool pool)
    {
        var key = new BlobKey(pool, digest);
        try
        {
            return Remove(key, path => _quarantine.Take(path, key.Digest));
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            _distrusted.Add(key);
            BlobLog.NotRemoved(_logger, digest, error.Message);
            return UnlinkOutcome.Absent;
        }
    }

    /// <summary>Deletes what is kept of damaged files: all of it, or what has been kept for long.</summary>
    public void TrimQuarantine(bool isRoomNeeded)
    {
        if (isRoomNeeded)
        {
            _quarantine.Empty();
        }
        else
        {
            _quarantine.Trim();
        }
    }

    /// <summary>How much room the cache's file system has.</summary>
    /// <exception cref="IOException">It cannot say.</exception>
    public DiskSpace Measure() => _disk.Measure(_paths.Root);

    /// <summary>Writes a little file as a blob would be, durably, and deletes it.</summary>
    /// <exception cref="IOException">The disk takes nothing.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Probe()
    {
        const int ProbeBytes = 64 << 10;
        _disk.CreateFolder(_paths.Temporary);
        var path = Temporary.NextName();
        using var file = _disk.Create(path, ProbeBytes);
        try
        {
            _disk.Write(file, new byte[ProbeBytes], 0);
            _disk.SyncFile(file);
        }
        finally
        {
            _disk.DeleteQuietly(path);
        }
    }

    /// <summary>Compares a published blob's bytes on the disk, not those in memory, with its digest.</summary>
    /// <param name="pace">How fast it may be read.</param>
    public ValueTask<CheckOutcome> CheckAsync(in Digest digest, BlobPool pool, ReadPace pace, CancellationToken cancellationToken) =>
        DiskCheck.RunAsync(_disk, _paths.File(pool, digest), digest, pace, cancellationToken);

    /// <summary>Whether a file stands under the blob's final name.</summary>
    public bool Exists(in Digest digest, BlobPool pool) => File.Exists(_paths.File(pool, digest)) && !_distrusted.Contains(new BlobKey(pool, digest));

    /// <summary>Looks for a blob on disk, in either pool: the truth while the index is not complete.</summary>
    public StoredBlob? Find(in Digest digest)
    {
        foreach (var pool in Enum.GetValues<BlobPool>())
        {
            var file = new FileInfo(_paths.File(pool, digest));
            if (file.Exists && !_distrusted.Contains(new BlobKey(pool, digest)))
            {
                return new StoredBlob(digest, pool, file.Length, file.LastWriteTimeUtc);
            }
        }

        return null;
    }

    /// <inheritdoc cref="BlobScan.Run"/>
    public IEnumerable<StoredBlob> Scan() => Walk().Run();

    /// <summary>A walk over the pools' folders, for who wants to share it among threads or to go on where it ended.</summary>
    internal BlobScan Walk() => new(_paths, _logger);

    /// <summary>Closes what is kept open; leases stay good until their readers leave.</summary>
    public void Dispose() => _open.Dispose();

    private UnlinkOutcome Remove(BlobKey key, Action<string> remove)
    {
        BlobFile? held = null;
        lock (_open.GateOf(key.Digest))
        {
            var path = _paths.File(key.Pool, key.Digest);
            _open.LetGo(key);
            if (!File.Exists(path))
            {
                return UnlinkOutcome.Absent;
            }

            remove(path);
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

    /// <summary>Takes a name back whose durability is not certain. The file was never counted as stored, so that it is not doomed either.</summary>
    private void Withdraw(BlobFile file)
    {
        lock (_open.GateOf(file.Digest))
        {
            _disk.DeleteQuietly(_paths.File(file.Pool, file.Digest));
            _open.Take(new BlobKey(file.Pool, file.Digest));
        }
    }
}
