namespace EdgeCache.Origin;

/// <summary>A clock for what takes UTC but means the passage of time: it begins in 1970 and no setting of the wall clock moves it. Safe for concurrent use.</summary>
internal sealed class MonotonicClock(TimeProvider time) : TimeProvider
{
    private readonly long _start = time.GetTimestamp();

    public override long TimestampFrequency => time.TimestampFrequency;

    public override long GetTimestamp() => time.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + time.GetElapsedTime(_start);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime, period);
}
