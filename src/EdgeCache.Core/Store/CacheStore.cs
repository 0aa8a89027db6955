using EdgeCache.Core.Blobs;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Store;

/// <summary>
/// The one door to the index, the files and the eviction. The files are the truth for bytes; the index may be incomplete (while it loads) or lost, and
/// then a look-up costs a file-system call, or a question upstream, but never a wrong answer. Safe for concurrent use.
/// </summary>
public sealed class CacheStore : IAsyncDisposable
{
    private readonly CacheFolder _folder;
    private readonly CacheIndex _index;
    private readonly BlobStore _blobs;
    private readonly Evictor _evictor;
    private readonly HotObjects _hot;
    private readonly StoredBlobs _stored;
    private readonly ContentReader _reader;
    private readonly RepositoryRecords _records;
    private readonly DiskGuard _disk;
    private readonly StoreIntake _intake;
    private readonly UnfinishedBlobs _unfinished;
    private readonly Scrubber _scrubber;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private int _disposed;

    private CacheStore(CacheFolder folder, BlobStore blobs, CacheIndex index, StoreOptions options, TimeProvider clock, ILogger logger)
    {
        _folder = folder;
        _index = index;
        _clock = clock;
        _logger = logger;
        _blobs = blobs;
        _hot = new HotObjects(options.Hot, clock);
        _stored = new StoredBlobs(_index, _blobs, _hot, logger);
        _evictor = new Evictor(options.Eviction, _stored, clock, logger);
        _stored.Attach(_evictor);
        _reader = new ContentReader(_stored, _hot);
        _records = new RepositoryRecords(_index, _stored, clock);
        _disk = new DiskGuard(_blobs, _evictor, options.Disk, clock, logger);
        _intake = new StoreIntake(_blobs, _stored, _evictor, _disk, clock, logger);
        _unfinished = new UnfinishedBlobs(_blobs, _evictor, clock, logger);
        _scrubber = new Scrubber(_blobs, _stored, folder.Paths, options.Scrub, clock, logger);
        Loaded = Task.CompletedTask;
    }

    /// <summary>Ends when the files have been scanned and the journal replayed. The store serves before that.</summary>
    public Task Loaded { get; private set; }

    public bool IsLoaded => Loaded.IsCompleted;

    /// <summary>Bytes, objects and evictions by pool.</summary>
    public Evictor Eviction => _evictor;

    /// <summary>How the disk is, as far as it is known.</summary>
    public DiskStatus Disk => _disk.Status;

    /// <summary>Fills whose bytes pass through memory, since the disk takes none.</summary>
    public int PassedThrough => _blobs.InMemory;

    /// <summary>What has been found to be damaged, when it was read or by the scrubber, since the start.</summary>
    public long DamagedObjects => _stored.Damaged;

    /// <summary>Told of each blob that was set aside since it is damaged; must not wait, nor call the store.</summary>
    public event Action<Digest>? BlobSetAside
    {
        add => _stored.BlobSetAside += value;
        remove => _stored.BlobSetAside -= value;
    }

    /// <summary>Checks what is stored against its digests, all the time.</summary>
    public Scrubber Scrubber => _scrubber;

    /// <summary>Bytes of memory that copies of small objects take.</summary>
    public long HotBytes => _hot.UsedBytes;

    /// <summary>How many small objects are copied into memory.</summary>
    public int HotObjects => _hot.Count;

    /// <summary>Files that stay open between readers.</summary>
    public int KeptFiles => _blobs.KeptFiles;

    /// <summary>Files that somebody reads now.</summary>
    public int OpenFiles => _blobs.OpenFiles;

    /// <summary>Takes the folder, sweeps what an earlier run left unfinished, and starts to load the index in the background.</summary>
    /// <param name="disk">What the blobs lie on; null: the system's files.</param>
    /// <exception cref="CacheFolderException">The folder is in use, of another layout, or cannot be used.</exception>
    public static CacheStore Open(StoreOptions options, TimeProvider clock, ILogger<CacheStore> logger, IDisk? disk = null)
    {
        var folder = CacheFolder.Open(options.Path);
        try
        {
            var blobs = new BlobStore(folder.Paths, disk ?? SystemDisk.Instance, clock, logger, options.MaxKeptFiles, options.PassThrough);
            StoreLog.Opened(logger, folder.Paths.Root, options.Eviction.LimitBytes, blobs.Temporary.Sweep(DateTime.UtcNow - TimeSpan.FromMilliseconds(Environment.TickCount64)));
            var index = CacheIndex.Open(options.Index with { Path = folder.Paths.Index }, clock, logger);
            var store = new CacheStore(folder, blobs, index, options, clock, logger);
            store._unfinished.Load();
            store.Loaded = Task.Run(() => store.LoadAsync(options.ScanThreads, store._stopping.Token));
            store._scrubber.Start(store.Loaded);
            return store;
        }
        catch (Exception error)
        {
            folder.Dispose();
            if (error is IOException or UnauthorizedAccessException)
            {
                throw new CacheFolderException($"The cache folder {options.Path} cannot be swept: {error.Message}", error);
            }

            throw;
        }
    }

    /// <summary>Looks a blob up for a repository.</summary>
    public Lookup LookupBlob(RepositoryKey repository, in Digest digest) => _records.FindBlob(repository, digest);

    /// <summary>Looks a manifest up by digest. Bytes whose type this repository does not know yet count as unlinked.</summary>
    public Lookup LookupManifest(RepositoryKey repository, in Digest digest) => _records.FindManifest(repository, digest);

    /// <summary>
    /// Looks a tag up for a client that takes certain types: under the full class, or, where that gave a type the client cannot take, under its own.
    /// </summary>
    public Lookup LookupTag(RepositoryKey repository, in Reference tag, ManifestTypes accept, FreshnessRule rule) =>
        _records.FindTag(repository, tag, accept, rule);

    /// <inheritdoc cref="CacheIndex.FindRepositoriesAsync"/>
    public ValueTask<IReadOnlyDictionary<Digest, RepositoryKey>> FindRepositoriesAsync(IReadOnlySet<Digest> digests, CancellationToken cancellationToken) =>
        _index.FindRepositoriesAsync(digests, cancellationToken);

    /// <summary>Whether the bytes are here; says nothing of anybody's right to them.</summary>
    public bool Contains(in Digest digest) => _stored.TryGet(digest, out _);

    /// <summary>A reader's hold on stored bytes, and the touch that keeps them; null where they have just gone (look up again).</summary>
    public BlobLease? Acquire(in Digest digest) => _stored.Acquire(digest);

    /// <summary>
    /// What a hit is sent from: small content from memory, copied there at its first use and verified by that, else a hold on the file; either way the touch
    /// that keeps it. None where the bytes have just gone, or turn out to be damaged (look up again).
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public ValueTask<StoredContent> AcquireContentAsync(in Digest digest, CancellationToken cancellationToken) =>
        _reader.AcquireAsync(digest, cancellationToken);

    /// <summary>The content where it is in memory already, and the touch that keeps it. Allocates nothing and waits for nothing.</summary>
    public bool TryGetHot(in Digest digest, out StoredContent content) => _reader.TryGetHot(digest, out content);

    /// <summary>Sets content aside whose file turned out to be damaged while it was sent.</summary>
    public void Discard(BlobLease damaged) => _stored.Discard(damaged);

    /// <summary>Removes content on an operator's word; who reads it now reads on. The next request fetches it again.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Remove(in Digest digest) => _stored.Remove(digest);

    /// <summary>Starts to write a blob, with room reserved for it.</summary>
    /// <param name="expectedBytes">The length by the upstream or the descriptor; 0 where none is known.</param>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public PendingBlob Begin(in Digest expected, BlobPool pool, long expectedBytes) => _intake.Begin(expected, pool, expectedBytes);

    /// <summary>
    /// Starts to write a blob that readers follow as it grows. Where the disk takes nothing it goes to memory, of which its readers leave a few MiB: it is delivered,
    /// and not kept.
    /// </summary>
    /// <param name="expectedBytes">As for <see cref="Begin"/>.</param>
    /// <exception cref="IOException">Neither the disk nor memory takes it.</exception>
    public PendingBlob BeginFollowed(in Digest expected, long expectedBytes) => _intake.BeginFollowed(expected, expectedBytes);

    /// <summary>
    /// Goes on with what <see cref="KeepUnfinished"/> kept of a digest, by this run or an earlier one, with room reserved for the whole. Its bytes are to be hashed
    /// first, and may be wrong.
    /// </summary>
    /// <param name="expectedBytes">The length by the descriptor; -1 where none is known.</param>
    /// <returns>Null where nothing is kept.</returns>
    public PendingBlob? TryTakeUp(in Digest expected, long expectedBytes)
    {
        if (!_disk.TakesBytes || _unfinished.TryTake(expected, expectedBytes) is not { } writer)
        {
            return null;
        }

        var neededBytes = Math.Max(expectedBytes, writer.WrittenBytes);
        var reservedBytes = _evictor.TryReserve(BlobPool.Blobs, neededBytes) ? neededBytes : -1;
        return new PendingBlob(writer, BlobPool.Blobs, _evictor, reservedBytes);
    }

    /// <summary>Keeps what has come of a blob, for the next that writes it. The pending blob stays the caller's to dispose.</summary>
    public void KeepUnfinished(PendingBlob pending) => _unfinished.Keep(pending.Writer);

    /// <summary>Blobs of which only the beginning is kept.</summary>
    public int UnfinishedBlobs => _unfinished.Count;

    /// <summary>The disk has refused what was written to a pending blob: it goes on in memory.</summary>
    /// <param name="restBytes">How many bytes are still to come; 0 where that is not known.</param>
    /// <returns>False where it cannot; then nothing has changed.</returns>
    public bool TryGoOnInMemory(PendingBlob pending, long restBytes, Exception error) => _intake.TryGoOnInMemory(pending, restBytes, error);

    /// <summary>Tells that the disk has lost what it had taken.</summary>
    public void ReportLost(Exception error) => _disk.Report(error);

    /// <summary>Publishes verified content. The pending blob stays the caller's to dispose.</summary>
    /// <returns>False for content that the pool has no room for: it is delivered, but not kept.</returns>
    /// <exception cref="IOException">It could not be made durable; it is not stored.</exception>
    public bool Publish(PendingBlob pending) => _intake.Publish(pending);

    /// <summary>Stores a verified manifest and links what it names to the repository that served it.</summary>
    /// <exception cref="IOException">The disk failed; the links are made all the same.</exception>
    public void PutManifest(RepositoryKey repository, in Digest digest, ReadOnlySpan<byte> content, ManifestDocument document)
    {
        Link(repository, digest, document.Type, content.Length);
        foreach (var named in document.Descriptors)
        {
            Link(repository, named.Digest, named.IsManifest ? MediaTypes.Parse(named.MediaType) : ManifestTypes.None, named.SizeBytes);
        }

        if (_stored.TryGet(digest, out var known) && known.Pool == BlobPool.Manifests)
        {
            return;
        }

        _intake.Put(digest, content);
    }

    /// <summary>Records that a repository holds a digest. What is known already and says no more is not written again.</summary>
    /// <param name="sizeBytes">A size that a verified manifest or verified bytes tell; -1 keeps what is known.</param>
    public void Link(RepositoryKey repository, in Digest digest, ManifestTypes type, long sizeBytes) => _records.Link(repository, digest, type, sizeBytes);

    /// <summary>Records what a tag means for a class of Accept.</summary>
    /// <param name="age">How long ago the registry said so, where a cache between told it (RFC 9111, section 4.2.3): freshness does not begin anew at
    /// each cache. Not negative.</param>
    /// <returns>What was recorded.</returns>
    public TagEntry SetTag(
        RepositoryKey repository, in Reference tag, ManifestTypes accept, in Digest digest, ManifestTypes type, long sizeBytes, TimeSpan age) =>
        _records.SetTag(repository, tag, accept, digest, type, sizeBytes, age);

    /// <summary>Records what upstream told another node of a tag, where that is newer than what is known here.</summary>
    /// <returns>Whether it was recorded.</returns>
    public bool TakeTag(RepositoryKey repository, in Reference tag, ManifestTypes accept, in TagEntry entry) =>
        _records.TakeTag(repository, tag, accept, entry);

    /// <summary>How fresh a tag is now.</summary>
    public Freshness FreshnessOf(in TagEntry entry, FreshnessRule rule) => _records.FreshnessOf(entry, rule);

    /// <summary>Forgets a tag, for every class of Accept.</summary>
    public void RemoveTag(RepositoryKey repository, in Reference tag) => _index.RemoveTag(repository, tag.ToString());

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await Loaded.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _scrubber.DisposeAsync().ConfigureAwait(false);
        await _disk.DisposeAsync().ConfigureAwait(false);
        await _evictor.DisposeAsync().ConfigureAwait(false);
        await _index.DisposeAsync().ConfigureAwait(false);
        _blobs.Dispose();
        _folder.Dispose();
        _stopping.Dispose();
    }

    private async Task LoadAsync(int scanThreads, CancellationToken cancellationToken)
    {
        try
        {
            var started = _clock.GetTimestamp();
            var count = StoreScan.Run(_blobs.Walk(), _stored, scanThreads, cancellationToken);
            await _index.Loaded.WaitAsync(cancellationToken).ConfigureAwait(false);
            _stored.Complete();
            StoreLog.Scanned(_logger, count, _clock.GetElapsedTime(started).TotalSeconds);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The node goes on with look-ups in the file system.
            StoreLog.ScanFailed(_logger, error);
        }
    }
}
