namespace EdgeCache.Transport.Output;

/// <summary>
/// Aborts a connection whose flush waits without progress. Progress is what the socket took or the peer acknowledged: a slow reader's socket may become writable only
/// once a minute while its kernel takes bytes all the time. Thread-safe. Its timer runs only while there are flushes to watch.
/// </summary>
internal sealed class StallWatch(DirectOutputOptions options, OutputSocket socket) : IDisposable
{
    private const int ChecksPerTimeout = 4;

    // Protects all fields.
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private bool _isTicking;
    private bool _isWatching;
    private bool _isDisposed;
    private long _progress;
    private long _progressAt;

    public void Begin()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isWatching = true;
            _progress = socket.ReadProgress();
            _progressAt = options.Clock.GetTimestamp();
            if (!_isTicking)
            {
                _isTicking = true;
                Tick(options.StallTimeout / ChecksPerTimeout);
            }
        }
    }

    /// <summary>The timer stops by itself at its next tick: flushes follow each other, and setting it costs.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isWatching = false;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _isWatching = false;
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void Tick(TimeSpan period)
    {
        if (_timer is not null)
        {
            _timer.Change(period, period);
            return;
        }

        // The connection's timer must not hold what flows with the request that happens to start it.
        var flow = ExecutionContext.IsFlowSuppressed() ? (AsyncFlowControl?)null : ExecutionContext.SuppressFlow();
        _timer = options.Clock.CreateTimer(static state => ((StallWatch)state!).Check(), this, period, period);
        flow?.Undo();
    }

    private void Check()
    {
        lock (_gate)
        {
            if (!_isWatching)
            {
                _isTicking = false;
                _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                return;
            }

            var progress = socket.ReadProgress();
            if (progress != _progress)
            {
                _progress = progress;
                _progressAt = options.Clock.GetTimestamp();
            }

            if (options.Clock.GetElapsedTime(_progressAt) < options.StallTimeout)
            {
                return;
            }

            _isWatching = false;
        }

        socket.Fail(FileSendOutcome.Stalled);
    }
}
