namespace EdgeCache.Core.Caching;

/// <summary>How fresh a stored answer is at one moment. A value, computed from times alone.</summary>
/// <param name="Age">Time since upstream last confirmed it: never negative (RFC 9111, section 4.2.3).</param>
/// <param name="TimeToLive">What is left of its freshness; negative once it is stale (RFC 9211, section 2.3).</param>
public readonly record struct Freshness(FreshnessState State, TimeSpan Age, TimeSpan TimeToLive)
{
    /// <summary>The value of the Age header: whole seconds.</summary>
    public long AgeSeconds => (long)Age.TotalSeconds;

    /// <summary>Judges a stored answer.</summary>
    /// <param name="validatedAt">
    /// When upstream last confirmed it, by the wall clock. A time in the future means that a clock has jumped: such an answer is stale at once,
    /// and expired where it lies further ahead than a stale answer may be old, so that no jump makes one immortal.
    /// </param>
    /// <param name="lifetime">How long it is fresh; not negative. Zero: never. <see cref="TimeSpan.MaxValue"/>: always.</param>
    /// <param name="staleIfError">How long after that it may be served while upstream fails; not negative. Zero: never.</param>
    public static Freshness Evaluate(DateTimeOffset validatedAt, DateTimeOffset now, TimeSpan lifetime, TimeSpan staleIfError)
    {
        var elapsed = now - validatedAt;
        if (elapsed < TimeSpan.Zero)
        {
            var isNear = elapsed.Negate() <= staleIfError;
            return new Freshness(isNear ? FreshnessState.Stale : FreshnessState.Expired, TimeSpan.Zero, TimeSpan.Zero);
        }

        var timeToLive = lifetime - elapsed;
        var state = timeToLive > TimeSpan.Zero ? FreshnessState.Fresh
            : staleIfError > TimeSpan.Zero && timeToLive.Negate() <= staleIfError ? FreshnessState.Stale
            : FreshnessState.Expired;
        return new Freshness(state, elapsed, timeToLive);
    }
}
