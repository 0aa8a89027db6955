using EdgeCache.Core.Blobs;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Fill;

/// <summary>
/// One origin fetch of one digest with its readers: the shared state. <see cref="FillRun"/> writes it, <see cref="FillReader"/> follows it.
/// Safe for concurrent use.
/// </summary>
internal sealed class BlobFill
{
    private readonly FillOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _abandoned = new();
    private readonly TaskCompletionSource _ended = NewSignal();

    /// <summary>Protects everything below.</summary>
    private readonly Lock _gate = new();
    private readonly FillSources _sources = new();
    private readonly FillReaders _readers = new();
    private readonly FillHold _hold = new();
    private TaskCompletionSource _changed = NewSignal();
    private bool _isForgetting;
    private FillState _state;
    private FillFailure _failure;
    private CacheTrail _trail;
    private long _visibleBytes;
    private long _writtenBytes;
    private long _totalBytes = -1;
    private bool _closed;
    private bool _isAbandoned;

    /// <param name="asksSiblings">Whether the bytes may come from another node.</param>
    public BlobFill(Digest digest, FillOptions options, TimeProvider time, bool asksSiblings = false)
    {
        _time = time;
        Digest = digest;
        AsksSiblings = asksSiblings;
        _options = options;
    }

    public Digest Digest { get; }

    public bool AsksSiblings { get; }

    /// <summary>Called when the last reader has left and bytes are still to come.</summary>
    public Action<BlobFill>? Orphaned { get; init; }

    /// <summary>What is known of the file that its readers read.</summary>
    public FileTrust File { get; init; } = new(static () => false);

    /// <summary>What it pays while nobody reads it; null: nothing.</summary>
    public OrphanPace? Pace { get; init; }

    /// <summary>Cancelled when it is not worth going on: nobody reads it, nor can anybody join any more.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Ends when the run is over, and what it had is let go; at once where that is in memory, which nobody can go on with.</summary>
    public Task Ended => Locked(() => _isForgetting ? Task.CompletedTask : _ended.Task);

    /// <summary>Whether nobody reads it, though bytes are still to come.</summary>
    public bool IsOrphan => Locked(HasNoReadersYetWorks);

    /// <summary>How much of it has come, 0 to 1; 0 where the whole is not known.</summary>
    public double Share => Locked(() => _totalBytes > 0 ? (double)_writtenBytes / _totalBytes : 0);

    /// <summary>Adds a reader and, where it brings one, its source. Null when the fill is full, or over and no longer joinable.</summary>
    /// <param name="linked">The repository is known to hold the digest: any source's bytes may be read.</param>
    public FillReader? TryJoin(RepositoryKey repository, bool linked, long expectedBytes)
    {
        lock (_gate)
        {
            if (_closed || _isAbandoned || _isForgetting || _state == FillState.Failed || _readers.Count >= _options.MaxReadersPerFill)
            {
                return null;
            }

            var source = _sources.Join(repository, linked, expectedBytes);
            var reader = new FillReader(this, source, linked, isLeader: _readers.Count == 0 && !_sources.HasAsked) { IsBehind = _state == FillState.Verified };
            _readers.Add(reader);
            return reader;
        }
    }

    /// <summary>How many follow it.</summary>
    public int Readers => _readers.Count;

    /// <summary>Whether it waits for its slowest reader before it takes more from upstream.</summary>
    public bool IsHeldUp => _readers.IsAwaited;

    public bool IsFull => Locked(() => !_isAbandoned && !_isForgetting && _readers.Count >= _options.MaxReadersPerFill);

    /// <summary>A reader needs nothing before a position any more.</summary>
    public void Move(FillReader reader, long position) => _readers.Move(reader, position);

    public void Leave(FillReader reader)
    {
        bool isOrphaned;
        lock (_gate)
        {
            _readers.Remove(reader);
            ReleaseWhen(_closed && _readers.Count == 0);
            isOrphaned = HasNoReadersYetWorks();
        }

        if (isOrphaned)
        {
            Orphaned?.Invoke(this);
        }
    }

    /// <summary>Ends the run unless somebody reads it: from now on nobody joins.</summary>
    public bool TryAbandon()
    {
        lock (_gate)
        {
            if (!HasNoReadersYetWorks())
            {
                return false;
            }

            _isAbandoned = true;
        }

        _abandoned.Cancel();
        return true;
    }

    /// <summary>The next source that is not refused, in the order they came and round again. Where there is none the fill has failed, in the same step: a
    /// source that joins is either tried or refused, never lost.</summary>
    /// <param name="last">The one that was tried last; null at the beginning.</param>
    public FillSource? NextSourceOrFail(FillSource? last)
    {
        lock (_gate)
        {
            if (_sources.Next(last) is { } next)
            {
                return next;
            }

            _failure = last?.Failure ?? default;
            _state = FillState.Failed;
        }

        Wake();
        return null;
    }

    /// <summary>The source's upstream has answered with the content: its readers may have what is visible.</summary>
    public void Confirm(FillSource source)
    {
        lock (_gate)
        {
            source.Confirmed = true;
        }

        Wake();
    }

    /// <summary>Gives up one source. Readers that depend on it alone learn it now; the others go on waiting.</summary>
    public void Refuse(FillSource source, FillFailure failure)
    {
        lock (_gate)
        {
            source.Failure = failure;
            source.Confirmed = false;
        }

        Wake();
    }

    /// <summary>Begins a body: nothing is visible yet. The fill keeps a hold on the file until its last reader has left.</summary>
    public void Begin(BlobWriter writer, long totalBytes, CacheTrail trail)
    {
        lock (_gate)
        {
            _hold.Begin(writer);
            File.Begin(writer);
            _totalBytes = totalBytes;
            _trail = trail;
        }
    }

    /// <summary>From where on the bytes are in memory; null as long as the disk takes them.</summary>
    public long? InMemoryFrom => Locked(() => _hold.InMemoryFrom);

    /// <summary>The disk takes no more: what comes now is in memory.</summary>
    public void GoOnInMemory(BlobWriter writer)
    {
        lock (_gate)
        {
            _hold.GoOnInMemory(writer);
        }
    }

    /// <summary>Waits until what is before a position may be forgotten. Nobody joins any more, since the beginning is gone then.</summary>
    /// <returns>False where nobody reads any more.</returns>
    public ValueTask<bool> WaitForAllAsync(long position, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _isForgetting = true;
        }

        return _readers.WaitForAllAsync(position, _options.PassThroughPatience, _time, Wake, cancellationToken);
    }

    /// <summary>Takes back a body of which no reader has seen a byte, so that the next source may begin. False when one may have.</summary>
    public bool TryTakeBack()
    {
        lock (_gate)
        {
            if (_state != FillState.Waiting)
            {
                return false;
            }

            _hold.Release();
            _totalBytes = -1;
            return true;
        }
    }

    /// <summary>Publishes the length written, less the piece that is held back until the digest matches.</summary>
    public void Advance(long writtenBytes)
    {
        lock (_gate)
        {
            _writtenBytes = writtenBytes;
            var limit = _totalBytes >= 0 ? _totalBytes : writtenBytes;
            var visible = Math.Min(writtenBytes, limit - _options.HoldBackBytes);
            if (visible <= _visibleBytes)
            {
                return;
            }

            _visibleBytes = visible;
            _state = FillState.Growing;
        }

        Wake();
    }

    /// <summary>The digest matches: everything is visible.</summary>
    /// <param name="tail">The last bytes, from memory: what is read before may yet turn out not to be what was written, and until then nobody has the whole. Owned
    /// from now on; null where the file has them alone.</param>
    public void Verify(long totalBytes, MemoryTail? tail)
    {
        lock (_gate)
        {
            _hold.Keep(tail);
            _readers.MarkBehind(_hold.InMemoryFrom ?? 0);
            _visibleBytes = totalBytes;
            _totalBytes = totalBytes;
            _state = FillState.Verified;
        }

        Wake();
    }

    public void Fail(FillFailure failure)
    {
        lock (_gate)
        {
            if (_state is FillState.Verified or FillState.Failed)
            {
                return;
            }

            _failure = failure;
            _state = FillState.Failed;
        }

        Wake();
    }

    /// <summary>The run is over and the table has let go: nobody joins any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            if (File.IsDurable)
            {
                _hold.ForgetTail();
            }

            ReleaseWhen(_readers.Count == 0);
        }

        File.Settle();
        _ended.TrySetResult();
    }

    /// <summary>What a reader may see now, and the task that ends when that changes.</summary>
    public FillProgress Observe(FillSource? source, bool linked, out Task changed)
    {
        lock (_gate)
        {
            changed = _changed.Task;
            if (_state == FillState.Failed)
            {
                return new FillProgress(_visibleBytes, _totalBytes, FillState.Failed, source?.Failure ?? _failure, IsOwnFailure: source?.Failure is not null);
            }

            // Rights are never shared: a reader whose repository is not known to hold the digest gets bytes only once its own source has confirmed it.
            if (!linked && source is { Confirmed: false })
            {
                return source.Failure is { } refused
                    ? new FillProgress(0, -1, FillState.Failed, refused, IsOwnFailure: true)
                    : new FillProgress(0, -1, FillState.Waiting, default);
            }

            return new FillProgress(_visibleBytes, _totalBytes, _state, default, Trail: _trail);
        }
    }

    private bool HasNoReadersYetWorks() =>
        _readers.Count == 0 && !_closed && !_isAbandoned && _state is (FillState.Waiting or FillState.Growing);

    /// <summary>A hold on the file, or on what is in memory; null where there is none.</summary>
    public BlobLease? OpenLease(bool inMemory = false) => Locked(() => _hold.Share(inMemory));

    /// <summary>Has everybody look again. Who looked after the change and before this looks once more than it must.</summary>
    private void Wake() => Interlocked.Exchange(ref _changed, NewSignal()).SetResult();

    private T Locked<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }

    private void ReleaseWhen(bool isUnused)
    {
        if (isUnused)
        {
            _hold.Release();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
