using EdgeCache.Fleet;
using EdgeCache.SharedState;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.Tests.SharedState;

public sealed class PresenceTests
{
    private static readonly NodeLoad Load = new(3, 40, 20);
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000));

    [RealProgramFact(RedisServer.Program)]
    public async Task NodesThatSaySo_AreMembersWithTheirLoad()
    {
        await using var redis = await RedisFixture.StartAsync();
        var store = Store(redis);
        var members = new PresenceMembers(store, _clock);
        await store.PutAsync(Node("http://edge-2:5000"));
        await store.PutAsync(Node("http://edge-1:5000;weight=2"));
        await store.PutAsync(Node("http://edge-3:5000") with { IsDraining = true });

        var listed = await members.ListAsync(default);

        Assert.Equal(["http://edge-1:5000;weight=2", "http://edge-2:5000"], listed!.Select(member => member.ToString()));
        Assert.Equal([false, false, true], members.Nodes.Select(node => node.IsDraining));
        Assert.All(members.Nodes, node => Assert.Equal(Load, node.Load));
        var left = (await redis.Raw.KeyTimeToLiveAsync("edgecache:node:http://edge-1:5000"))!.Value;
        Assert.InRange(left, TimeSpan.Zero, NodePresence.Lifetime);
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task WhatTheFleetHasNotSigned_OrNotLately_IsIgnored()
    {
        await using var redis = await RedisFixture.StartAsync();
        var store = Store(redis);
        await store.PutAsync(Node("http://edge-1:5000"));
        await new PresenceStore(redis.Link, redis.OtherSecret, redis.Metrics, _clock).PutAsync(Node("http://rogue:5000"));
        await store.PutAsync(Node("http://old:5000") with { Time = _clock.GetUtcNow() - SignedStamp.Skew - NodePresence.Lifetime - TimeSpan.FromSeconds(1) });
        await store.PutAsync(Node("http://ahead:5000") with { Time = _clock.GetUtcNow() + SignedStamp.Skew + NodePresence.Lifetime + TimeSpan.FromSeconds(1) });

        // A true word in another node's place, names that are none, and one without a word.
        await redis.Raw.StringSetAsync("edgecache:node:http://moved:5000", await redis.Raw.StringGetAsync("edgecache:node:http://edge-1:5000"));
        foreach (var name in (string[])["http://moved:5000", "http://silent:5000", "", "nonsense", "HTTP://EDGE-1:5000", new string('x', 5000)])
        {
            await redis.Raw.SortedSetAddAsync("edgecache:nodes", name, 1e15);
        }

        Assert.Equal("http://edge-1:5000", Assert.Single((await store.ListAsync())!).Address.Text);
        Assert.Equal(4, redis.Refused("presence"));
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task FloodOfNames_IsReadInPart()
    {
        await using var redis = await RedisFixture.StartAsync();
        for (var i = 0; i < PresenceStore.MaxEntries * 2; i++)
        {
            await redis.Raw.SortedSetAddAsync("edgecache:nodes", $"http://rogue-{i}:5000", 1e15);
            await redis.Raw.StringSetAsync($"edgecache:node:http://rogue-{i}:5000", "rogue");
        }

        Assert.Empty((await Store(redis).ListAsync())!);
        Assert.Equal(PresenceStore.MaxEntries, redis.Refused("presence"));

        // Whoever speaks next takes names of the future out.
        await Store(redis).PutAsync(Node("http://edge-1:5000"));
        Assert.Single((await Store(redis).ListAsync())!);
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task EmptyRedis_EmptiesNoFleet_AndTheSilentAreForgotten()
    {
        await using var redis = await RedisFixture.StartAsync();
        var store = Store(redis);
        var members = new PresenceMembers(store, _clock);
        await store.PutAsync(Node("http://edge-1:5000"));
        Assert.Single((await members.ListAsync(default))!);
        await redis.Raw.KeyDeleteAsync(["edgecache:nodes", "edgecache:node:http://edge-1:5000"]);

        Assert.Single((await members.ListAsync(default))!);

        _clock.Advance(NodePresence.Lifetime + TimeSpan.FromSeconds(1));
        Assert.Empty((await members.ListAsync(default))!);
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task WithoutRedis_WhatWasKnownStands()
    {
        await using var redis = await RedisFixture.StartAsync(TimeSpan.FromMilliseconds(300));
        await redis.Server.KillAsync();

        Assert.Null(await new PresenceMembers(Store(redis), _clock).ListAsync(default));
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task Writer_SaysThatItIsThere_ThatItLeaves_AndTakesItBack()
    {
        await using var redis = await RedisFixture.StartAsync();
        var store = Store(redis);
        using var writer = new PresenceWriter(store, new MemberAddress(new Uri("http://edge-1:5000")), () => Load, _clock);

        await writer.StartAsync(default);
        await Eventually.TrueAsync(async () => (await store.ListAsync()) is [{ IsDraining: false }]);
        await writer.LeaveAsync();
        Assert.True(Assert.Single((await store.ListAsync())!).IsDraining);
        await writer.StopAsync(default);

        Assert.Empty((await store.ListAsync())!);
        Assert.Empty(await redis.Raw.SortedSetRangeByRankAsync("edgecache:nodes"));
    }

    private PresenceStore Store(RedisFixture redis) => new(redis.Link, redis.Secret, redis.Metrics, _clock);

    private NodePresence Node(string address) =>
        new(MemberAddress.TryParse(address, out var parsed) ? parsed : throw new FormatException(address), false, Load, _clock.GetUtcNow());
}
