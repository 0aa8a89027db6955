namespace EdgeCache.Origin;

/// <summary>
/// A body that gives up when no byte came for the stall time-out, or too few within as long a time of waiting for them, and that tells what was read and whether
/// it broke. One timer serves all reads. Read by one reader at a time, as any stream.
/// </summary>
internal sealed class StallGuardStream : ReadOnlyStream
{
    private readonly Stream _inner;
    private readonly TimeSpan _timeout;
    private readonly long _minBytesPerSecond;
    private readonly IBodyObserver _observer;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stall;
    private TimeSpan _waited;
    private long _waitedBytes;
    private bool _isBroken;

    /// <param name="minBytesPerSecond">0 for none.</param>
    public StallGuardStream(Stream inner, TimeSpan timeout, long minBytesPerSecond, IBodyObserver observer, TimeProvider time)
    {
        _inner = inner;
        _timeout = timeout;
        _minBytesPerSecond = minBytesPerSecond;
        _observer = observer;
        _time = time;
        _stall = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
    }

    /// <exception cref="TimeoutException">No byte came within the stall time-out, or too few.</exception>
    /// <exception cref="IOException">The body broke off.</exception>
    /// <exception cref="OperationCanceledException">The caller's token.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _stall.CancelAfter(_timeout);
        using var cancellation = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _stall);
        var began = _time.GetTimestamp();
        try
        {
            var read = await _inner.ReadAsync(buffer, _stall.Token);
            _observer.BytesRead(read);
            return read == 0 || !IsTooSlow(read, _time.GetElapsedTime(began)) ? read : throw TooSlow();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException exception)
        {
            Break("no byte within the stall time-out");
            throw new TimeoutException("The upstream sent no byte within the stall time-out.", exception);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            Break("the connection broke");
            throw exception as IOException ?? new IOException("The upstream's body broke off.", exception);
        }
        finally
        {
            // Not TryReset: the source must stay cancelled once it is.
            _stall.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _stall.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Only the waiting counts: a reader that takes its time does not make the upstream slow.</summary>
    private bool IsTooSlow(int bytes, TimeSpan waited)
    {
        _waited += waited;
        _waitedBytes += bytes;
        if (_waited < _timeout)
        {
            return false;
        }

        var isTooSlow = _waitedBytes < _minBytesPerSecond * _waited.TotalSeconds;
        (_waited, _waitedBytes) = (TimeSpan.Zero, 0);
        return isTooSlow;
    }

    private TimeoutException TooSlow()
    {
        Break("less than the minimum rate");
        return new TimeoutException($"The upstream sent less than {_minBytesPerSecond} bytes a second.");
    }

    private void Break(string reason)
    {
        if (!_isBroken)
        {
            _isBroken = true;
            _observer.BodyBroken(reason);
        }
    }
}
