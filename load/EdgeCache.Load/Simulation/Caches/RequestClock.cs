namespace EdgeCache.Load.Simulation.Caches;

/// <summary>A clock that goes on by a second with each request, so that which object was used last does not depend on the machine. Thread-safe.</summary>
internal sealed class RequestClock : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private long _seconds;

    public override long TimestampFrequency => 1;

    public void Advance() => Interlocked.Increment(ref _seconds);

    public override long GetTimestamp() => Volatile.Read(ref _seconds);

    public override DateTimeOffset GetUtcNow() => Start.AddSeconds(Volatile.Read(ref _seconds));
}
