using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Index;

/// <summary>
/// The door to the index: which blobs are here, which repositories are known to hold a digest, what a tag meant. It is knowledge, never truth: all of it may
/// be lost, and then blobs are found again by their scan, links and tags by asking the upstream. It never says what was not put.
/// Look-ups are synchronous, take no lock of ours and allocate nothing; one whose record has spilled blocks for a disk read, at most five seconds.
/// Puts and removals are seen at once; they are durable after the next commit (every <see cref="IndexOptions.CommitInterval"/>, or
/// <see cref="CommitAsync"/>), with the result of fsync seen. Blobs are not journalled. Thread-safe; owned by the store.
/// </summary>
public sealed class CacheIndex : IAsyncDisposable
{
    private static readonly TimeSpan CompactRetryDelay = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly string _logFolder;
    private readonly DiskQueue _queue = new();
    private readonly DigestIndex _blobs;
    private readonly RepositoryLinks _links;
    private readonly TagIndex _tags;
    private readonly Journal _journal;
    private readonly JournalCompactor _compactor;
    private readonly SemaphoreSlim _compacting = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _keeping;
    private bool _compactSoon;
    private int _disposed;

    private CacheIndex(IndexOptions options, TimeProvider clock, ILogger logger)
    {
        _clock = clock;
        _logger = logger;
        _logFolder = Path.Combine(options.Path, "log");
        DeleteLog(remake: true);
        var memoryBytes = Math.Max(options.MemoryBytes, IndexOptions.MinMemoryBytes);

        // By what a record takes and how many there are of each: two fifths, two fifths, one fifth.
        _blobs = new DigestIndex(Path.Combine(_logFolder, "blobs"), memoryBytes * 2 / 5, _queue, logger);
        _links = new RepositoryLinks(Path.Combine(_logFolder, "links"), memoryBytes * 2 / 5, _queue, logger);
        _tags = new TagIndex(Path.Combine(_logFolder, "tags"), memoryBytes / 5, _queue, logger);
        _journal = new Journal(options.Path, _queue, logger);
        _compactor = new JournalCompactor(_journal, _links, _tags, options, logger);
        Loaded = Task.Run(Load);
        _keeping = Task.Run(() => KeepAsync(options.CommitInterval));
    }

    /// <summary>Ends when the journal is replayed; until then look-ups of links and tags may miss what it holds. Never fails.</summary>
    public Task Loaded { get; }

    public long BlobCount => _blobs.Count;

    public long LinkCount => _links.Count;

    public long TagCount => _tags.Count;

    /// <summary>The journal's size on disk and in memory.</summary>
    public long JournalBytes => _journal.SizeBytes;

    /// <summary>How many look-ups met a record with a wrong checksum; each counted as absent.</summary>
    public long DamagedRecords => _blobs.Damaged + _links.Damaged + _tags.Damaged;

    /// <summary>How many puts and removals the journal could not take.</summary>
    public long LostEntries => _journal.Lost;

    /// <summary>Opens the index at once; the journal is replayed in the background. A folder that cannot be read or written costs durability, not the start.</summary>
    public static CacheIndex Open(IndexOptions options, TimeProvider clock, ILogger logger) => new(options, clock, logger);

    public bool TryGetBlob(in Digest digest, out BlobEntry entry) => _blobs.TryGet(in digest, out entry);

    public void PutBlob(in Digest digest, in BlobEntry entry) => _blobs.Put(in Require(in digest), in entry);

    /// <returns>Whether it was there.</returns>
    public bool RemoveBlob(in Digest digest) => _blobs.Remove(in digest);

    public bool TryGetLink(RepositoryKey repository, in Digest digest, out LinkEntry entry) => _links.TryGet(repository, in digest, out entry);

    /// <summary>
    /// A repository that is known to hold each of some digests, for those where one is found. Reads the whole journal, which is as long as all that was ever
    /// linked lately: for what happens seldom.
    /// </summary>
    /// <param name="digests">Looked up in one pass.</param>
    public async ValueTask<IReadOnlyDictionary<Digest, RepositoryKey>> FindRepositoriesAsync(IReadOnlySet<Digest> digests, CancellationToken cancellationToken)
    {
        // What is not on disk yet is not read.
        await _journal.CommitAsync(cancellationToken).ConfigureAwait(false);
        return JournalSearch.FindRepositories(_journal, digests, (repository, digest) => TryGetLink(repository, digest, out _), cancellationToken);
    }

    public void PutLink(RepositoryKey repository, in Digest digest, in LinkEntry entry)
    {
        var record = new JournalRecord
        {
            Kind = JournalKind.PutLink,
            Type = entry.Type,
            Sequence = _journal.NextSequence(),
            SizeBytes = entry.SizeBytes,
            Ticks = entry.LinkedAt.UtcTicks,
            Digest = Require(in digest),
        };
        if (_links.Put(IndexKey.ForLink(repository, in digest), record.Type, record.SizeBytes, record.Ticks, record.Sequence))
        {
            Append(in record, repository, []);
        }
    }

    /// <returns>Whether it was there.</returns>
    public bool RemoveLink(RepositoryKey repository, in Digest digest)
    {
        var record = new JournalRecord { Kind = JournalKind.RemoveLink, Sequence = _journal.NextSequence(), Digest = Require(in digest) };
        var key = IndexKey.ForLink(repository, in digest);
        var loading = !Loaded.IsCompleted;
        var found = loading ? _links.RemoveForReplay(in key, record.Sequence) : _links.Remove(in key);
        if (found || loading)
        {
            Append(in record, repository, []);
        }

        return found;
    }

    public bool TryGetTag(RepositoryKey repository, string tag, ManifestTypes accept, out TagEntry entry) => _tags.TryGet(repository, tag, accept, out entry);

    public void PutTag(RepositoryKey repository, string tag, ManifestTypes accept, in TagEntry entry)
    {
        var digest = entry.Digest;
        var record = new JournalRecord
        {
            Kind = JournalKind.PutTag,
            Type = entry.Type,
            Accept = accept,
            Sequence = _journal.NextSequence(),
            SizeBytes = entry.SizeBytes,
            Ticks = entry.ValidatedAt.UtcTicks,
            Digest = Require(in digest),
        };
        if (_tags.Put(IndexKey.ForTag(repository, tag, accept), in digest, record.Type, record.SizeBytes, record.Ticks, record.Sequence))
        {
            Append(in record, repository, tag);
        }
    }

    /// <summary>Removes what the tag means for every class of Accept.</summary>
    /// <returns>Whether it meant anything.</returns>
    public bool RemoveTag(RepositoryKey repository, string tag)
    {
        var record = new JournalRecord { Kind = JournalKind.RemoveTag, Sequence = _journal.NextSequence() };
        var loading = !Loaded.IsCompleted;
        var found = false;
        for (var accept = 0; accept < AcceptClasses.Count; accept++)
        {
            var key = IndexKey.ForTag(repository, tag, (ManifestTypes)accept);
            found |= loading ? _tags.RemoveForReplay(in key, record.Sequence) : _tags.Remove(in key);
        }

        if (found || loading)
        {
            Append(in record, repository, tag);
        }

        return found;
    }

    /// <summary>Makes everything put before the call durable.</summary>
    /// <returns>False where the disk did not let it; nobody needs to act on that.</returns>
    public ValueTask<bool> CommitAsync(CancellationToken cancellationToken) => _journal.CommitAsync(cancellationToken);

    /// <summary>Writes a new generation of the journal with the live entries only. It happens by itself when it is due.</summary>
    /// <returns>False where the disk did not let it; the old generations stay.</returns>
    public async ValueTask<bool> CompactAsync(CancellationToken cancellationToken)
    {
        await Loaded.WaitAsync(cancellationToken).ConfigureAwait(false);
        await _compacting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await _compactor.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _compacting.Release();
        }
    }

    /// <summary>Commits and closes. Look-ups that come later find nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(Loaded, _keeping).ConfigureAwait(false);
        await _compacting.WaitAsync().ConfigureAwait(false);
        await _journal.DisposeAsync().ConfigureAwait(false);
        _blobs.Dispose();
        _links.Dispose();
        _tags.Dispose();
        _queue.Dispose();
        DeleteLog(remake: false);
        _stopping.Dispose();
    }

    private static ref readonly Digest Require(in Digest digest)
    {
        if (digest.IsNone)
        {
            throw new ArgumentException("No digest.", nameof(digest));
        }

        return ref digest;
    }

    private void Append(in JournalRecord record, RepositoryKey repository, ReadOnlySpan<char> tag)
    {
        Span<byte> buffer = stackalloc byte[JournalRecord.MaxBytes];
        _journal.Append(buffer[..record.Encode(repository, tag, buffer)]);
    }

    private void Load()
    {
        var replay = new JournalReplay(_journal, _links, _tags, _logger);
        var started = _clock.GetTimestamp();
        try
        {
            replay.Run(_stopping.Token);
            _compactSoon = replay.FoundDamage;
            IndexLog.Replayed(
                _logger, replay.EntriesRead, _journal.Sealed.Count, _clock.GetElapsedTime(started).TotalSeconds, _links.Count, _tags.Count);
        }
#pragma warning disable CA1031 // The index may be lost; the node must not be.
        catch (Exception exception)
        {
            IndexLog.BackgroundFailed(_logger, "replay", exception);
        }
#pragma warning restore CA1031
    }

    /// <summary>The one loop: commits, and compacts what is due.</summary>
    private async Task KeepAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval, _clock);
        var notBefore = _clock.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                if (_journal.HasUncommitted)
                {
                    await _journal.CommitAsync(_stopping.Token).ConfigureAwait(false);
                }

                if (Loaded.IsCompleted && _clock.GetTimestamp() >= notBefore && !await TryKeepSmallAsync().ConfigureAwait(false))
                {
                    notBefore = _clock.GetTimestamp() + (long)(CompactRetryDelay.TotalSeconds * _clock.TimestampFrequency);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The index closes.
        }
    }

    /// <summary>False where something failed and should be left alone for a while.</summary>
    private async ValueTask<bool> TryKeepSmallAsync()
    {
        try
        {
            _blobs.CompactIfGrown();
            _links.CompactIfGrown();
            _tags.CompactIfGrown();
            if (!_compactSoon && !_journal.IsFailed && !_compactor.IsDue())
            {
                return true;
            }

            var compacted = await CompactAsync(_stopping.Token).ConfigureAwait(false);
            _compactSoon &= !compacted;
            return compacted;
        }
#pragma warning disable CA1031 // The index may be lost; the node must not be.
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            IndexLog.BackgroundFailed(_logger, "compaction", exception);
            return false;
        }
#pragma warning restore CA1031
    }

    private void DeleteLog(bool remake)
    {
        try
        {
            if (Directory.Exists(_logFolder))
            {
                Directory.Delete(_logFolder, recursive: true);
            }

            if (remake)
            {
                Directory.CreateDirectory(_logFolder);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            IndexLog.DiskFailed(_logger, _logFolder, exception.Message);
        }
    }
}
