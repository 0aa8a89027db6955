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
    private const int MaxSources = 16;

    private readonly FillOptions _options;

    /// <summary>Protects everything below.</summary>
    private readonly Lock _gate = new();
    private readonly List<FillSource> _sources = [];
    private TaskCompletionSource _changed = NewSignal();
    private BlobLease? _hold;
    private FillState _state;
    private FillFailure _failure;
    private CacheTrail _trail;
    private long _visibleBytes;
    private long _totalBytes = -1;
    private int _readers;
    private int _nextSource;
    private bool _closed;

    /// <param name="asksSiblings">Whether the bytes may come from another node.</param>
    public BlobFill(Digest digest, FillOptions options, bool asksSiblings = false)
    {
        Digest = digest;
        AsksSiblings = asksSiblings;
        _options = options;
    }

    public Digest Digest { get; }

    public bool AsksSiblings { get; }

    /// <summary>Adds a reader and, where it brings one, its source. Null when the fill is full, or over and no longer joinable.</summary>
    /// <param name="linked">The repository is known to hold the digest: any source's bytes may be read.</param>
    public FillReader? TryJoin(RepositoryKey repository, bool linked, long expectedBytes)
    {
        lock (_gate)
        {
            if (_closed || _state == FillState.Failed || _readers >= _options.MaxReadersPerFill)
            {
                return null;
            }

            var source = _sources.Find(candidate => candidate.Repository == repository);
            if (source is not null && !linked && !IsAsked(source))
            {
                // It may never be asked, and then would never give the right that this reader needs.
                source = null;
            }
            else if (source is null && (linked || _sources.Count == 0) && _sources.Count < MaxSources)
            {
                source = new FillSource(repository, expectedBytes);
                _sources.Add(source);
            }

            _readers++;
            return new FillReader(this, source, linked, isLeader: _readers == 1 && _nextSource == 0);
        }
    }

    public bool IsFull
    {
        get
        {
            lock (_gate)
            {
                return _readers >= _options.MaxReadersPerFill;
            }
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _readers--;
            ReleaseWhenUnused();
        }
    }

    /// <summary>The next source that has not been tried, in the order they came. Where there is none the fill has failed, in the same step: a source
    /// that joins is either tried or refused, never lost.</summary>
    public FillSource? NextSourceOrFail()
    {
        TaskCompletionSource previous;
        lock (_gate)
        {
            if (_nextSource < _sources.Count)
            {
                return _sources[_nextSource++];
            }

            _failure = _sources[^1].Failure ?? default;
            _state = FillState.Failed;
            previous = Renew();
        }

        previous.SetResult();
        return null;
    }

    /// <summary>The source's upstream has answered with the content: its readers may have what is visible.</summary>
    public void Confirm(FillSource source)
    {
        TaskCompletionSource previous;
        lock (_gate)
        {
            source.Confirmed = true;
            previous = Renew();
        }

        previous.SetResult();
    }

    /// <summary>Gives up one source. Readers that depend on it alone learn it now; the others go on waiting.</summary>
    public void Refuse(FillSource source, FillFailure failure)
    {
        TaskCompletionSource previous;
        lock (_gate)
        {
            source.Failure = failure;
            source.Confirmed = false;
            previous = Renew();
        }

        previous.SetResult();
    }

    /// <summary>Begins a body: nothing is visible yet. The fill keeps a hold on the file until its last reader has left.</summary>
    public void Begin(BlobWriter writer, long totalBytes, CacheTrail trail)
    {
        lock (_gate)
        {
            _hold?.Dispose();
            _hold = writer.OpenLease();
            _totalBytes = totalBytes;
            _trail = trail;
        }
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

            _hold?.Dispose();
            _hold = null;
            _totalBytes = -1;
            return true;
        }
    }

    /// <summary>Publishes the length written, less the piece that is held back until the digest matches.</summary>
    public void Advance(long writtenBytes)
    {
        TaskCompletionSource previous;
        lock (_gate)
        {
            var limit = _totalBytes >= 0 ? _totalBytes : writtenBytes;
            var visible = Math.Min(writtenBytes, limit - _options.HoldBackBytes);
            if (visible <= _visibleBytes)
            {
                return;
            }

            _visibleBytes = visible;
            _state = FillState.Growing;
            previous = Renew();
        }

        previous.SetResult();
    }

    /// <summary>The digest matches: everything is visible.</summary>
    public void Verify(long totalBytes)
    {
        TaskCompletionSource previous;
        lock (_gate)
        {
            _visibleBytes = totalBytes;
            _totalBytes = totalBytes;
            _state = FillState.Verified;
            previous = Renew();
        }

        previous.SetResult();
    }

    public void Fail(FillFailure failure)
    {
        TaskCompletionSource previous;
        lock (_gate)
        {
            if (_state is FillState.Verified or FillState.Failed)
            {
                return;
            }

            _failure = failure;
            _state = FillState.Failed;
            previous = Renew();
        }

        previous.SetResult();
    }

    /// <summary>The run is over and the table has let go: nobody joins any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            ReleaseWhenUnused();
        }
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

    /// <summary>A hold on the file; null before the body begins.</summary>
    public BlobLease? OpenLease()
    {
        lock (_gate)
        {
            return _hold?.Share();
        }
    }

    /// <summary>Whether the source has been tried, or is the next to be.</summary>
    private bool IsAsked(FillSource source) => _sources.IndexOf(source) <= Math.Max(_nextSource - 1, 0);

    private TaskCompletionSource Renew()
    {
        var previous = _changed;
        _changed = NewSignal();
        return previous;
    }

    private void ReleaseWhenUnused()
    {
        if (_closed && _readers == 0)
        {
            _hold?.Dispose();
            _hold = null;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
