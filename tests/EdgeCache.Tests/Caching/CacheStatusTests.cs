using EdgeCache.Core.Caching;
using Xunit;

namespace EdgeCache.Tests.Caching;

public sealed class CacheStatusTests
{
    [Theory]
    [InlineData(CacheResult.None, 0, null, "EdgeCache")]
    [InlineData(CacheResult.Hit, 0, null, "EdgeCache; hit")]
    [InlineData(CacheResult.Hit, 0, 300, "EdgeCache; hit; ttl=300")]
    [InlineData(CacheResult.Hit, 0, 1_000_000, "EdgeCache; hit; ttl=1000000")]
    [InlineData(CacheResult.Miss, 0, null, "EdgeCache; fwd=miss; stored")]
    [InlineData(CacheResult.Miss, 200, null, "EdgeCache; fwd=miss; stored; fwd-status=200")]
    [InlineData(CacheResult.Collapsed, 0, null, "EdgeCache; fwd=miss; collapsed")]
    [InlineData(CacheResult.Stale, 503, -42, "EdgeCache; fwd=stale; detail=stale-if-error; fwd-status=503; ttl=-42")]
    [InlineData(CacheResult.Revalidated, 200, 300, "EdgeCache; fwd=stale; detail=revalidated; fwd-status=200; ttl=300")]
    [InlineData(CacheResult.Linked, 0, null, "EdgeCache; fwd=miss; detail=linked")]
    [InlineData(CacheResult.Forwarded, 0, null, "EdgeCache; fwd=bypass")]
    [InlineData(CacheResult.Error, 0, null, "EdgeCache; fwd=miss; detail=error")]
    public void Header_SaysWhatHappened(CacheResult result, int forwardStatus, int? ttlSeconds, string expected)
    {
        TimeSpan? timeToLive = ttlSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        Assert.Equal(expected, new CacheStatus(result, forwardStatus, timeToLive).ToString());
    }

    [Theory]
    [InlineData(OutageKind.Unreachable, 0, "EdgeCache; fwd=stale; detail=stale-unreachable; ttl=-42")]
    [InlineData(OutageKind.ServerError, 503, "EdgeCache; fwd=stale; detail=stale-5xx; fwd-status=503; ttl=-42")]
    [InlineData(OutageKind.RateLimited, 429, "EdgeCache; fwd=stale; detail=stale-429; fwd-status=429; ttl=-42")]
    [InlineData(OutageKind.Denied, 403, "EdgeCache; fwd=stale; detail=stale-denied; fwd-status=403; ttl=-42")]
    [InlineData(OutageKind.NotFound, 404, "EdgeCache; fwd=stale; detail=stale-404; fwd-status=404; ttl=-42")]
    [InlineData(OutageKind.Offline, 0, "EdgeCache; hit; detail=offline; ttl=-42")]
    public void StaleAnswer_SaysWhichOutage(OutageKind outage, int forwardStatus, string expected) => Assert.Equal(
        expected, new CacheStatus(CacheResult.Stale, forwardStatus, TimeSpan.FromSeconds(-42), Outage: outage).ToString());

    [Fact]
    public void OfflineError_WasNotForwarded() =>
        Assert.Equal("EdgeCache; detail=offline", new CacheStatus(CacheResult.Error, Outage: OutageKind.Offline).ToString());

    [Fact]
    public void MembersOfOtherCaches_StandBeforeOurs() => Assert.Equal(
        "Shield; hit, EdgeCache; fwd=miss; stored; fwd-status=200",
        new CacheStatus(CacheResult.Miss, 200, Before: "Shield; hit").ToString());

    [Fact]
    public void EveryResult_HasAHeader() =>
        Assert.All(Enum.GetValues<CacheResult>(), result => Assert.StartsWith(CacheStatus.CacheName, new CacheStatus(result).ToString(), StringComparison.Ordinal));

    [Fact]
    public void Hit_AllocatesNothing()
    {
        var status = new CacheStatus(CacheResult.Hit, 0, TimeSpan.FromSeconds(120.5));
        Assert.Equal("EdgeCache; hit; ttl=120", status.ToString());
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = status.ToString();
        _ = new CacheStatus(CacheResult.Hit).ToString();
        _ = new CacheStatus(CacheResult.Collapsed).ToString();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
