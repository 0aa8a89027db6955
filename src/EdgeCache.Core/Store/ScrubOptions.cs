namespace EdgeCache.Core.Store;

/// <summary>How often what is stored is checked against its digests.</summary>
public sealed record ScrubOptions
{
    /// <summary>In which time everything is checked once; zero: never. 7 days: PROMISES, bit rot.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The most that is read for that in a second, in bytes, whatever the period.</summary>
    public long MaxBytesPerSecond { get; init; } = 32L << 20;
}
