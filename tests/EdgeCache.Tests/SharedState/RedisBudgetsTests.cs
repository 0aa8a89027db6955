using EdgeCache.Origin;
using EdgeCache.SharedState;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;
using EdgeCache.Tests.Origin;
using StackExchange.Redis;
using Xunit;

namespace EdgeCache.Tests.SharedState;

public sealed class RedisBudgetsTests
{
    private static readonly RateLimit Limit = new(100, 76, TimeSpan.FromHours(6), DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));

    [RealProgramFact(RedisServer.Program)]
    public async Task WhatOneNodeWasTold_AnotherKnows_WithoutTheCredential()
    {
        await using var redis = await RedisFixture.StartAsync();
        var options = OriginHost.Upstream(new Uri("https://registry.example")) with { Username = "canary-user", Password = "canary-password" };
        await using var host = new OriginHost(options);
        var (upstreams, limits) = (host.Get<Upstreams>(), host.Get<RateLimits>());
        Assert.True(upstreams.TryGet("up", out var upstream));
        var budgets = new RedisBudgets(redis.Link, redis.Secret, redis.Metrics);
        using var reader = new BudgetReader(budgets, upstreams, limits, TimeProvider.System);
        await reader.ReadAsync();
        Assert.Null(limits.Find(upstream.Endpoints[0]));

        budgets.Tell("https://registry.example", "canary-user", Limit);
        await Eventually.TrueAsync(() => redis.Link.Outstanding == 0);
        await reader.ReadAsync();

        Assert.Equal(Limit, limits.Find(upstream.Endpoints[0]));
        var key = Assert.Single(((RedisResult[])redis.Raw.ScriptEvaluate("return redis.call('KEYS', '*')")!).Select(found => (string)found!));
        var value = (string)(await redis.Raw.StringGetAsync(key))!; // It was found there.
        Assert.DoesNotContain("canary", key + value, StringComparison.Ordinal);
        Assert.DoesNotContain("registry.example", key + value, StringComparison.Ordinal);
        Assert.InRange((await redis.Raw.KeyTimeToLiveAsync(key))!.Value, TimeSpan.FromHours(5), TimeSpan.FromHours(6));

        // What is older, of the future, or not the fleet's changes nothing.
        foreach (var seenAt in (DateTimeOffset[])[Limit.SeenAt.AddSeconds(-1), DateTimeOffset.UtcNow.AddHours(1)])
        {
            budgets.Tell("https://registry.example", "canary-user", Limit with { Remaining = 1, SeenAt = seenAt });
            await Eventually.TrueAsync(() => redis.Link.Outstanding == 0);
            await reader.ReadAsync();
        }

        await redis.Raw.StringSetAsync(key, "rogue");
        await reader.ReadAsync();
        Assert.Equal(Limit, limits.Find(upstream.Endpoints[0]));
        Assert.Equal(1, redis.Refused("budget"));
    }
}
