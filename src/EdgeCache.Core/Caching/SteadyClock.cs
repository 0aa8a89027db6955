namespace EdgeCache.Core.Caching;

/// <summary>
/// UTC that does not jump: the wall clock as it was at the start, moved on by the monotonic one. Where the wall clock has been set since, this one follows at a
/// tenth of the pace, so that no jump makes a thousand tags stale at once or one immortal. A step of more than <see cref="LongestStep"/> means that the
/// clock had not been set before: it is taken over at once. Timers and timestamps are those of the clock behind. Safe for concurrent use.
/// </summary>
public sealed class SteadyClock : TimeProvider
{
    /// <summary>The longest step that is followed slowly.</summary>
    public static readonly TimeSpan LongestStep = TimeSpan.FromDays(2);

    /// <summary>Of the time that has passed, how much at most goes into following the wall clock.</summary>
    private const int Pace = 10;

    /// <summary>Also after hours in which nobody asked.</summary>
    private static readonly TimeSpan LongestCorrection = TimeSpan.FromSeconds(6);

    /// <summary>More often than this there is nothing to correct.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _wall;
    private Anchor _anchor;

    public SteadyClock(TimeProvider wall)
    {
        _wall = wall;
        _anchor = new Anchor(wall.GetUtcNow(), wall.GetTimestamp());
    }

    public override TimeZoneInfo LocalTimeZone => _wall.LocalTimeZone;

    public override long TimestampFrequency => _wall.TimestampFrequency;

    public override long GetTimestamp() => _wall.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _wall.CreateTimer(callback, state, dueTime, period);

    public override DateTimeOffset GetUtcNow()
    {
        var anchor = Volatile.Read(ref _anchor);
        var timestamp = _wall.GetTimestamp();
        var elapsed = _wall.GetElapsedTime(anchor.Timestamp, timestamp);
        var now = anchor.Utc + elapsed;
        if (elapsed < Interval)
        {
            return now;
        }

        now += Correction(_wall.GetUtcNow() - now, elapsed);

        // Who comes second keeps the first one's anchor: both are right.
        Interlocked.CompareExchange(ref _anchor, new Anchor(now, timestamp), anchor);
        return now;
    }

    private static TimeSpan Correction(TimeSpan gap, TimeSpan elapsed)
    {
        var most = elapsed / Pace < LongestCorrection ? elapsed / Pace : LongestCorrection;
        return gap.Duration() > LongestStep ? gap
            : gap > most ? most
            : gap < -most ? -most
            : gap;
    }

    private sealed record Anchor(DateTimeOffset Utc, long Timestamp);
}
