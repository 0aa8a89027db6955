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
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    /// <summary>Serialises the records of tags, so that an older word never replaces a newer one.</summary>
    private readonly Lock _tagging = new();
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
        Loaded = Task.CompletedTask;
    }

    /// <summary>Ends when the files have been scanned and the journal replayed. The store serves before that.</summary>
    public Task Loaded { get; private set; }

    public bool IsLoaded => Loaded.IsCompleted;

    /// <summary>Bytes, objects and evictions by pool.</summary>
    public Evictor Eviction => _evictor;

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
            var blobs = new BlobStore(folder.Paths, disk ?? SystemDisk.Instance, clock, logger);
            StoreLog.Opened(logger, folder.Paths.Root, options.Eviction.LimitBytes, blobs.SweepTemporary());
            var index = CacheIndex.Open(options.Index with { Path = folder.Paths.Index }, clock, logger);
            var store = new CacheStore(folder, blobs, index, options, clock, logger);
            store.Loaded = Task.Run(() => store.LoadAsync(store._stopping.Token));
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
    public Lookup LookupBlob(RepositoryKey repository, in Digest digest)
    {
        var isLinked = _index.TryGetLink(repository, digest, out var link);
        if (!_stored.TryGet(digest, out var entry))
        {
            return new Lookup(
                LookupState.Miss, digest, ManifestTypes.None, isLinked ? link.SizeBytes : -1, BlobPool.Blobs, isLinked, default, ManifestTypes.None);
        }

        var state = isLinked ? LookupState.Fresh : LookupState.Unlinked;
        return new Lookup(state, digest, link.Type, entry.SizeBytes, entry.Pool, isLinked, FreshnessOf(link), ManifestTypes.None);
    }

    /// <summary>Looks a manifest up by digest. Bytes whose type this repository does not know yet count as unlinked.</summary>
    public Lookup LookupManifest(RepositoryKey repository, in Digest digest)
    {
        var found = LookupBlob(repository, digest);
        return found switch
        {
            { State: LookupState.Miss } => found,
            { Pool: BlobPool.Blobs } => found with { State = LookupState.Miss },
            { Type: ManifestTypes.None } => found with { State = LookupState.Unlinked },
            _ => found,
        };
    }

    /// <summary>
    /// Looks a tag up for a client that takes certain types: under the full class, or, where that gave a type the client cannot take, under its own.
    /// </summary>
    public Lookup LookupTag(RepositoryKey repository, in Reference tag, ManifestTypes accept, FreshnessRule rule)
    {
        var name = tag.Tag ?? throw new ArgumentException("A digest is no tag.", nameof(tag));
        var tagClass = ManifestTypes.All;
        var isKnown = _index.TryGetTag(repository, name, tagClass, out var entry);
        if (isKnown && (entry.Type & accept) == 0)
        {
            tagClass = accept;
            isKnown = _index.TryGetTag(repository, name, tagClass, out entry);
        }

        if (!isKnown)
        {
            return new Lookup(LookupState.Miss, default, ManifestTypes.None, -1, BlobPool.Manifests, false, default, tagClass);
        }

        var freshness = FreshnessOf(entry, rule);
        var isFresh = freshness.State == FreshnessState.Fresh;
        var isHere = _stored.TryGet(entry.Digest, out var blob) && blob.Pool == BlobPool.Manifests;
        var state = !isHere ? LookupState.Miss : isFresh ? LookupState.Fresh : LookupState.Stale;
        var digest = isHere || isFresh ? entry.Digest : default;
        return new Lookup(state, digest, entry.Type, isHere ? blob.SizeBytes : entry.SizeBytes, BlobPool.Manifests, true, freshness, tagClass);
    }

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
        _stored.AcquireContentAsync(digest, cancellationToken);

    /// <summary>The content where it is in memory already, and the touch that keeps it. Allocates nothing and waits for nothing.</summary>
    public bool TryGetHot(in Digest digest, out StoredContent content) => _stored.TryGetHot(digest, out content);

    /// <summary>Removes content whose file turned out to be damaged while it was sent.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Discard(BlobLease damaged) => _stored.Discard(damaged);

    /// <summary>Removes content on an operator's word; who reads it now reads on. The next request fetches it again.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Remove(in Digest digest) => _stored.Remove(digest);

    /// <summary>Starts to write a blob, with room reserved for it.</summary>
    /// <param name="expectedBytes">The length by the upstream or the descriptor; 0 where none is known.</param>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public PendingBlob Begin(in Digest expected, BlobPool pool, long expectedBytes)
    {
        var reservedBytes = _evictor.TryReserve(pool, expectedBytes) ? expectedBytes : -1;
        try
        {
            return new PendingBlob(_blobs.Create(expected, pool, expectedBytes), pool, _evictor, reservedBytes);
        }
        catch
        {
            if (reservedBytes >= 0)
            {
                _evictor.Release(pool, reservedBytes);
            }

            throw;
        }
    }

    /// <summary>Publishes verified content. The pending blob stays the caller's to dispose.</summary>
    /// <returns>False for content that the pool has no room for: it is delivered, but not kept.</returns>
    /// <exception cref="IOException">It could not be made durable; it is not stored.</exception>
    public bool Publish(PendingBlob pending)
    {
        var writer = pending.Writer;
        if (!pending.HasRoom || writer.WrittenBytes > _evictor.Usage(pending.Pool).LimitBytes)
        {
            return false;
        }

        _blobs.Publish(writer);
        return _stored.Add(new StoredBlob(writer.Expected, pending.Pool, writer.WrittenBytes, _clock.GetUtcNow()));
    }

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

        using var pending = Begin(digest, BlobPool.Manifests, content.Length);
        pending.Writer.Append(content);
        Publish(pending);
    }

    /// <summary>Records that a repository holds a digest. What is known already and says no more is not written again.</summary>
    /// <param name="sizeBytes">A size that a verified manifest or verified bytes tell; -1 keeps what is known.</param>
    public void Link(RepositoryKey repository, in Digest digest, ManifestTypes type, long sizeBytes)
    {
        var isKnown = _index.TryGetLink(repository, digest, out var known);
        if (isKnown
            && (type == ManifestTypes.None || type == known.Type)
            && (sizeBytes < 0 || sizeBytes == known.SizeBytes))
        {
            return;
        }

        var keptType = type == ManifestTypes.None ? known.Type : type;
        var keptBytes = sizeBytes < 0 && isKnown ? known.SizeBytes : sizeBytes;
        _index.PutLink(repository, digest, new LinkEntry(keptType, keptBytes, _clock.GetUtcNow()));
    }

    /// <summary>Records what a tag means for a class of Accept.</summary>
    /// <param name="age">How long ago the registry said so, where a cache between told it (RFC 9111, section 4.2.3): freshness does not begin anew at
    /// each cache. Not negative.</param>
    /// <returns>What was recorded.</returns>
    public TagEntry SetTag(
        RepositoryKey repository, in Reference tag, ManifestTypes accept, in Digest digest, ManifestTypes type, long sizeBytes, TimeSpan age)
    {
        lock (_tagging)
        {
            var entry = new TagEntry(digest, type, sizeBytes, _clock.GetUtcNow() - age);
            _index.PutTag(repository, tag.ToString(), accept, entry);
            return entry;
        }
    }

    /// <summary>Records what upstream told another node of a tag, where that is newer than what is known here.</summary>
    /// <returns>Whether it was recorded.</returns>
    public bool TakeTag(RepositoryKey repository, in Reference tag, ManifestTypes accept, in TagEntry entry)
    {
        lock (_tagging)
        {
            var now = _clock.GetUtcNow();
            if (entry.ValidatedAt > now
                || (_index.TryGetTag(repository, tag.ToString(), accept, out var known) && known.ValidatedAt >= entry.ValidatedAt && known.ValidatedAt <= now))
            {
                return false;
            }

            _index.PutTag(repository, tag.ToString(), accept, entry);
            return true;
        }
    }

    /// <summary>How fresh a tag is now.</summary>
    public Freshness FreshnessOf(in TagEntry entry, FreshnessRule rule) =>
        Freshness.Evaluate(entry.ValidatedAt, _clock.GetUtcNow(), rule.Lifetime, rule.StaleIfError);

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
        await _evictor.DisposeAsync().ConfigureAwait(false);
        await _index.DisposeAsync().ConfigureAwait(false);
        _blobs.Dispose();
        _folder.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Content under a digest is always fresh; its age is the time since the repository was learnt to hold it.</summary>
    private Freshness FreshnessOf(in LinkEntry link) =>
        Freshness.Evaluate(link.LinkedAt, _clock.GetUtcNow(), TimeSpan.MaxValue, TimeSpan.Zero);

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var started = _clock.GetTimestamp();
            var count = _stored.Scan(cancellationToken);
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
