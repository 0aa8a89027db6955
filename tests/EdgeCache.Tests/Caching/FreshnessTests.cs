using EdgeCache.Core.Caching;
using Xunit;

namespace EdgeCache.Tests.Caching;

public sealed class FreshnessTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(0, FreshnessState.Fresh)]
    [InlineData(299, FreshnessState.Fresh)]
    [InlineData(300, FreshnessState.Stale)]
    [InlineData(900, FreshnessState.Stale)]
    [InlineData(901, FreshnessState.Expired)]
    [InlineData(-1, FreshnessState.Stale)]
    [InlineData(-600, FreshnessState.Stale)]
    [InlineData(-601, FreshnessState.Expired)]
    public void Age_DecidesTheState(int ageSeconds, FreshnessState expected)
    {
        var freshness = Freshness.Evaluate(Now.AddSeconds(-ageSeconds), Now, TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(600));
        Assert.Equal(expected, freshness.State);
        Assert.Equal(Math.Max(0, ageSeconds), freshness.AgeSeconds);
    }

    [Fact]
    public void TimeToLive_GoesBelowZero()
    {
        var freshness = Freshness.Evaluate(Now.AddMinutes(-7), Now, TimeSpan.FromMinutes(5), TimeSpan.FromDays(1));
        Assert.Equal(TimeSpan.FromMinutes(-2), freshness.TimeToLive);
    }

    [Fact]
    public void NoLifetime_IsNeverFresh()
    {
        Assert.Equal(FreshnessState.Stale, Freshness.Evaluate(Now, Now, TimeSpan.Zero, TimeSpan.FromDays(1)).State);
        Assert.Equal(FreshnessState.Expired, Freshness.Evaluate(Now, Now, TimeSpan.Zero, TimeSpan.Zero).State);
    }

    [Fact]
    public void NoStaleIfError_ExpiresAtOnce()
    {
        var lifetime = TimeSpan.FromMinutes(5);
        Assert.Equal(FreshnessState.Expired, Freshness.Evaluate(Now - lifetime, Now, lifetime, TimeSpan.Zero).State);
        Assert.Equal(FreshnessState.Expired, Freshness.Evaluate(Now.AddTicks(1), Now, lifetime, TimeSpan.Zero).State);
    }

    [Fact]
    public void EndlessLifetime_StaysFresh()
    {
        var freshness = Freshness.Evaluate(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, TimeSpan.MaxValue, TimeSpan.MaxValue);
        Assert.Equal(FreshnessState.Fresh, freshness.State);
    }

    [Fact]
    public void FarthestFuture_DoesNotOverflow()
    {
        var freshness = Freshness.Evaluate(DateTimeOffset.MaxValue, DateTimeOffset.MinValue, TimeSpan.MaxValue, TimeSpan.FromDays(7));
        Assert.Equal(new Freshness(FreshnessState.Expired, TimeSpan.Zero, TimeSpan.Zero), freshness);
    }
}
