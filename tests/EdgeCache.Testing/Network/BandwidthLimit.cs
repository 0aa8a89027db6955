namespace EdgeCache.Testing.Network;

/// <summary>
/// Paces bytes to a rate by reserving time on a schedule that all its users share. Changeable while in use; safe for concurrent use.
/// </summary>
public sealed class BandwidthLimit(TimeProvider time)
{
    // Timers wake late by a millisecond or two; without this much credit the real rate would lie below the limit.
    private static readonly TimeSpan Credit = TimeSpan.FromMilliseconds(50);

    // Protects _freeAt.
    private readonly Lock _gate = new();
    private readonly long _origin = time.GetTimestamp();
    private TimeSpan _freeAt = -Credit;
    private long _bytesPerSecond;

    /// <summary>Bytes per second; 0 is no limit.</summary>
    public long BytesPerSecond
    {
        get => Interlocked.Read(ref _bytesPerSecond);
        set => Interlocked.Exchange(ref _bytesPerSecond, value);
    }

    /// <summary>The largest piece that keeps the flow smooth (a fiftieth of a second), at most <paramref name="maximum"/>.</summary>
    public int PieceBytes(int maximum)
    {
        var rate = BytesPerSecond;
        return rate == 0 ? maximum : (int)Math.Clamp(rate / 50, 1, maximum);
    }

    /// <summary>Completes when this many more bytes may be sent.</summary>
    public Task WaitAsync(int bytes, CancellationToken cancellationToken)
    {
        var delay = Reserve(bytes);
        return delay > TimeSpan.Zero ? Task.Delay(delay, time, cancellationToken) : Task.CompletedTask;
    }

    private TimeSpan Reserve(int bytes)
    {
        var rate = BytesPerSecond;
        if (rate == 0)
        {
            return TimeSpan.Zero;
        }

        lock (_gate)
        {
            var now = time.GetElapsedTime(_origin);
            var start = _freeAt > now - Credit ? _freeAt : now - Credit;
            _freeAt = start + TimeSpan.FromSeconds((double)bytes / rate);
            return _freeAt - now;
        }
    }
}
