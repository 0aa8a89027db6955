using System.Collections.Concurrent;
using EdgeCache.Core.Affinity;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Fill;

/// <summary>
/// One fill per digest in the process, however many ask. Owns the fills' tasks: disposing it stops them and waits. Safe for concurrent use.
/// </summary>
public sealed class FillTable : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Digest, BlobFill> _fills = new();

    /// <summary>Those too that nobody can join any more.</summary>
    private readonly ConcurrentDictionary<BlobFill, bool> _running = new();

    /// <summary>Serialises the starts, and the stop with them: who has it knows that no other fill of its digest begins.</summary>
    private readonly Lock _starting = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stop;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IOrigin _origin;
    private readonly CacheStore _store;
    private readonly FillOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IFillLeases? _leases;
    private readonly Orphans _orphans;
    private readonly Func<bool> _isDiskBroken;
    private int _active;
    private int _disposed;
    private long _verified;
    private long _failed;

    /// <param name="leases">Whose turn a fetch is among the fleet's nodes; null: nobody waits for another.</param>
    public FillTable(
        IOrigin origin, CacheStore store, FillOptions options, TimeProvider time, ILogger<FillTable> logger, IFillLeases? leases = null)
    {
        _leases = leases;
        _origin = origin;
        _store = store;
        _options = options;
        _time = time;
        _logger = logger;
        _stop = _stopping.Token;
        _isDiskBroken = () => store.Disk.Fault == DiskFault.Failed;
        _orphans = new Orphans(options, time, () => _running.Keys);
    }

    /// <summary>Fills in progress.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>Whether a fill of the digest is in progress.</summary>
    public bool IsRunning(in Digest digest) => _fills.ContainsKey(digest);

    /// <summary>Clients that follow fills in progress.</summary>
    public int Readers => _running.Keys.Sum(fill => fill.Readers);

    /// <summary>Fills in progress that wait for their slowest client, since their bytes pass through memory.</summary>
    public int HeldUp => _running.Keys.Count(fill => fill.IsHeldUp);

    /// <summary>Fills in progress that nobody reads.</summary>
    public int OrphanCount => _orphans.Count;

    /// <summary>Fills that were dropped because nobody read them, since the start.</summary>
    public long OrphansDropped => _orphans.Dropped;

    /// <summary>Fills that ended with verified content, since the start.</summary>
    public long Verified => Interlocked.Read(ref _verified);

    /// <summary>Fills that came to nothing, since the start.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>
    /// Joins the digest's fill, or starts it with this repository as its source.
    /// </summary>
    /// <param name="linked">Whether the repository is known to hold the digest.</param>
    /// <param name="expectedBytes">The size by the descriptor; -1 where none is known.</param>
    /// <param name="scope">Upstream for a sibling's request; never Stored.</param>
    /// <param name="reader">To dispose; set where the outcome is Joined.</param>
    public JoinOutcome JoinOrStart(
        RepositoryKey repository, in Digest digest, bool linked, long expectedBytes, FetchScope scope, out FillReader? reader)
    {
        BlobFill? before = null;
        while (true)
        {
            if (_fills.TryGetValue(digest, out var running))
            {
                if (scope == FetchScope.Upstream && running.AsksSiblings)
                {
                    reader = null;
                    return JoinOutcome.Elsewhere;
                }

                reader = running.TryJoin(repository, linked, expectedBytes);
                if (reader is not null)
                {
                    return JoinOutcome.Joined;
                }

                if (running.IsFull)
                {
                    return JoinOutcome.Refused;
                }

                // It has just ended: out of the way, so that a new one can start.
                _fills.TryRemove(new KeyValuePair<Digest, BlobFill>(digest, running));
                before = running;
                continue;
            }

            if (TryStart(new FillSource(repository, expectedBytes), digest, linked, scope, before, out reader) is { } outcome)
            {
                return outcome;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        int active;
        lock (_starting)
        {
            active = _active;
        }

        if (active > 0)
        {
            await _drained.Task.ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    /// <summary>Null where another request was faster.</summary>
    /// <param name="before">The digest's fill that has just ended, or is ending.</param>
    private JoinOutcome? TryStart(
        FillSource source, in Digest digest, bool linked, FetchScope scope, BlobFill? before, out FillReader? reader)
    {
        reader = null;
        lock (_starting)
        {
            if (_fills.ContainsKey(digest))
            {
                return null;
            }

            // A fill publishes before it leaves the table: one that ended between the caller's look-up and now is seen here, and not fetched twice.
            if (_store.Contains(digest))
            {
                return JoinOutcome.Stored;
            }

            if (_active >= _options.MaxConcurrentFills || _stop.IsCancellationRequested)
            {
                return JoinOutcome.Refused;
            }

            var isElsewhere = _origin.IsElsewhere(AffinityKey.Of(digest));
            var fill = new BlobFill(digest, _options, _time, asksSiblings: isElsewhere && scope == FetchScope.Anywhere)
            {
                Orphaned = _orphans.Add,
                Pace = _orphans.Pace,
                File = new FileTrust(_isDiskBroken),
            };
            reader = fill.TryJoin(source.Repository, linked, source.ExpectedBytes);
            _fills[digest] = fill;
            _running[fill] = true;
            Interlocked.Increment(ref _active);
            // The home itself may ask its neighbour for what it holds; who is asked in the home's place asks upstream only.
            var origin = isElsewhere && scope == FetchScope.Upstream ? _origin.Upstream : _origin;
            _ = Task.Run(() => RunAsync(fill, origin, before?.Ended ?? Task.CompletedTask));
            return JoinOutcome.Joined;
        }
    }

    /// <param name="before">Ends when the fill before has let go of its file, which this one may go on with; at once where that one passes through memory, at the pace
    /// of its readers.</param>
    private async Task RunAsync(BlobFill fill, IOrigin origin, Task before)
    {
        try
        {
            await before.ConfigureAwait(false);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stop, fill.Abandoned);
            await using var turn = _leases is null ? null : await _leases.TakeTurnAsync(fill.Digest, ending.Token).ConfigureAwait(false);
            var run = new FillRun(fill, origin, _store, _options, _time, _logger);
            var verified = await run.RunAsync(ending.Token).ConfigureAwait(false);
            Interlocked.Increment(ref verified ? ref _verified : ref _failed);
        }
        finally
        {
            _fills.TryRemove(new KeyValuePair<Digest, BlobFill>(fill.Digest, fill));
            fill.Close();
            _running.TryRemove(fill, out _);
            if (Interlocked.Decrement(ref _active) == 0 && _stop.IsCancellationRequested)
            {
                _drained.TrySetResult();
            }
        }
    }
}
