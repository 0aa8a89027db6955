using EdgeCache.Core.Oci;
using EdgeCache.SharedState;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.Tests.SharedState;

public sealed class RedisLeasesTests
{
    private static readonly Digest Content = Digest.Compute("content"u8);
    private static readonly Digest OtherContent = Digest.Compute("other"u8);

    [RealProgramFact(RedisServer.Program)]
    public async Task OneAfterTheOther_AndOtherDigestsMeanwhile()
    {
        await using var redis = await RedisFixture.StartAsync();
        var leases = New(redis, TimeSpan.FromSeconds(30));
        var first = await leases.TakeTurnAsync(Content, default);
        Assert.NotNull(first);

        var second = leases.TakeTurnAsync(Content, default).AsTask();
        await using var other = await leases.TakeTurnAsync(OtherContent, default);
        Assert.NotNull(other);
        Assert.False(second.IsCompleted);
        await first.DisposeAsync();

        await using var turn = await second;
        Assert.NotNull(turn);
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task HeldLease_IsRenewed_ALostOneIsReplaced()
    {
        await using var redis = await RedisFixture.StartAsync();
        var clock = new FakeTimeProvider();
        var lifetime = TimeSpan.FromMinutes(1);
        var leases = new RedisLeases(redis.Link, new LeaseTimes { Lifetime = lifetime, MaxWait = TimeSpan.FromMinutes(1) }, clock);
        await using var held = await leases.TakeTurnAsync(Content, default);
        var key = $"edgecache:lease:{Content}";
        await redis.Raw.KeyExpireAsync(key, TimeSpan.FromSeconds(30));

        clock.Advance(lifetime / 3);
        await Eventually.TrueAsync(async () => await redis.Raw.KeyTimeToLiveAsync(key) > TimeSpan.FromSeconds(31));

        // As if the holder's lease had run out, and another's begun: the holder's end leaves that one alone.
        await redis.Raw.StringSetAsync(key, "another");
        await held!.DisposeAsync();
        await Eventually.TrueAsync(() => redis.Link.Outstanding == 0);
        Assert.Equal("another", await redis.Raw.StringGetAsync(key));
        await redis.Raw.KeyExpireAsync(key, TimeSpan.FromMilliseconds(100));
        await using var next = await New(redis, TimeSpan.FromSeconds(30)).TakeTurnAsync(Content, default);
        Assert.NotNull(next);
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task WaitIsBounded_AndEndsWithTheToken()
    {
        await using var redis = await RedisFixture.StartAsync();
        await redis.Raw.StringSetAsync($"edgecache:lease:{Content}", "of somebody who never ends");

        Assert.Null(await New(redis, TimeSpan.FromMilliseconds(200)).TakeTurnAsync(Content, default));

        using var leaving = new CancellationTokenSource();
        var waiting = New(redis, TimeSpan.FromHours(1)).TakeTurnAsync(Content, leaving.Token).AsTask();
        Assert.False(waiting.IsCompleted);
        await leaving.CancelAsync();
        Assert.Null(await waiting);
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task WithoutRedis_NobodyWaits()
    {
        await using var redis = await RedisFixture.StartAsync(TimeSpan.FromMilliseconds(300));
        await redis.Raw.StringSetAsync($"edgecache:lease:{Content}", "of another");
        var waiting = New(redis, TimeSpan.FromHours(1)).TakeTurnAsync(Content, default).AsTask();
        redis.Server.Freeze();

        Assert.Null(await waiting);
        Assert.Null(await New(redis, TimeSpan.FromHours(1)).TakeTurnAsync(OtherContent, default));
        redis.Server.Thaw();
    }

    private static RedisLeases New(RedisFixture redis, TimeSpan maxWait) => new(redis.Link, new LeaseTimes { MaxWait = maxWait }, TimeProvider.System);
}
