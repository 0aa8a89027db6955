using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Index;

/// <summary>
/// The journal: generations, of which the newest is written and the others are only read. Every entry carries a sequence number that is greater than
/// those of all entries written before it, in this process or an earlier one, and the greatest wins, so generations may be replayed in
/// any order and twice. That makes a switch safe at any moment: a crash between "new generation" and "old one deleted" leaves both, which say the same.
/// Appends are thread-safe; switching and deleting are done by the index's own loop only. Owned by <see cref="CacheIndex"/>.
/// </summary>
internal sealed class Journal : IAsyncDisposable
{
    /// <summary>How long a put may wait for the disk before its entry is dropped: the put itself holds, a restart would ask upstream again.</summary>
    private static readonly TimeSpan PutPatience = TimeSpan.FromMilliseconds(50);

    /// <summary>After such a wait was in vain nobody waits for this long, so that puts do not queue behind a disk that hangs.</summary>
    private const long StalledMilliseconds = 1_000;

    /// <summary>2^40 entries a process: at a million a second, twelve days; the generation's bits above it only grow.</summary>
    private const int CounterBits = 40;

    private readonly string _path;
    private readonly DiskQueue _queue;
    private readonly ILogger _logger;
    private readonly Lock _appending = new(); // Protects _writer: nothing is appended to a generation that is being sealed.
    private readonly List<int> _sealed;
    private JournalWriter? _writer;
    private int _lastGeneration;
    private long _sealedBytes;
    private long _sequence;
    private long _lost;
    private long _stalledUntil;

    public Journal(string path, DiskQueue queue, ILogger logger)
    {
        _path = path;
        _queue = queue;
        _logger = logger;
        _sealed = FindGenerations();
        _sealedBytes = _sealed.Sum(SizeOf);
        _lastGeneration = _sealed.Count > 0 ? _sealed[^1] : 0;
        _writer = JournalWriter.TryCreate(path, ++_lastGeneration, queue, logger);
        _sequence = (long)_lastGeneration << CounterBits;
    }

    /// <summary>How many entries were dropped because the disk was too slow, full or broken.</summary>
    public long Lost => Volatile.Read(ref _lost);

    public long SizeBytes => Volatile.Read(ref _sealedBytes) + (_writer?.SizeBytes ?? 0);

    /// <summary>The generations that are only read, ascending.</summary>
    public IReadOnlyList<int> Sealed => _sealed;

    /// <summary>Whether nothing can be written until <see cref="SwitchAsync"/> has begun another generation.</summary>
    public bool IsFailed => _writer is not { IsFailed: false };

    public bool HasUncommitted => _writer is { IsFailed: false, HasUncommitted: true };

    public long NextSequence() => Interlocked.Increment(ref _sequence);

    public string FolderOf(int generation) => JournalLayout.FolderOf(_path, generation);

    /// <summary>Takes an entry; it is durable after the next commit. Never fails: what cannot be kept is counted as lost.</summary>
    public void Append(ReadOnlySpan<byte> entry)
    {
        var stalled = Environment.TickCount64 < Volatile.Read(ref _stalledUntil);
        if (!TryAppend(entry, stalled ? TimeSpan.Zero : PutPatience))
        {
            Interlocked.Increment(ref _lost);
            Volatile.Write(ref _stalledUntil, Environment.TickCount64 + StalledMilliseconds);
        }
    }

    /// <summary>As <see cref="Append"/>, with the patience of a background copy.</summary>
    public bool TryAppend(ReadOnlySpan<byte> entry, TimeSpan patience)
    {
        if (entry.IsEmpty)
        {
            return false;
        }

        lock (_appending)
        {
            return _writer is { } writer && writer.TryAppend(entry, patience);
        }
    }

    /// <summary>Whether all that was appended before the call is durable.</summary>
    public async ValueTask<bool> CommitAsync(CancellationToken cancellationToken)
    {
        JournalWriter? writer;
        lock (_appending)
        {
            writer = _writer;
        }

        return writer is not null && await writer.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Begins a generation and seals the one before it; false where none can be begun, and then nothing changes.</summary>
    public async ValueTask<bool> SwitchAsync()
    {
        var next = JournalWriter.TryCreate(_path, _lastGeneration + 1, _queue, _logger);
        if (next is null)
        {
            return false;
        }

        JournalWriter? old;
        lock (_appending)
        {
            _lastGeneration++;
            old = _writer;
            _writer = next;
        }

        if (old is not null)
        {
            await old.DisposeAsync().ConfigureAwait(false);
            _sealed.Add(old.Generation);
            Volatile.Write(ref _sealedBytes, _sealedBytes + SizeOf(old.Generation));
        }

        return true;
    }

    /// <summary>
    /// Deletes sealed generations, the oldest first: a removal must not go before the put it removes. Stops where one cannot be deleted.
    /// </summary>
    public void Delete(IReadOnlyList<int> generations)
    {
        foreach (var generation in generations)
        {
            try
            {
                var bytes = SizeOf(generation);
                Directory.Delete(FolderOf(generation), recursive: true);
                _sealed.Remove(generation);
                Volatile.Write(ref _sealedBytes, Math.Max(0, _sealedBytes - bytes));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                IndexLog.DiskFailed(_logger, FolderOf(generation), exception.Message);
                return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        JournalWriter? writer;
        lock (_appending)
        {
            writer = _writer;
            _writer = null;
        }

        if (writer is not null)
        {
            await writer.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Those on disk now, the one that is being written among them, ascending. Safe for concurrent use.</summary>
    public List<int> FindGenerations()
    {
        try
        {
            return JournalLayout.FindGenerations(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            IndexLog.DiskFailed(_logger, _path, exception.Message);
            return [];
        }
    }

    private long SizeOf(int generation)
    {
        try
        {
            var folder = FolderOf(generation);
            return JournalLayout.FindSegments(folder).Sum(segment => new FileInfo($"{JournalLayout.SegmentsOf(folder)}.{segment}").Length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
