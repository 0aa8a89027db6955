using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.SharedState;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.RealPrograms;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Xunit;

namespace EdgeCache.FunctionalTests.Fleet;

/// <summary>Nodes that share a real Redis: what it saves, and that its loss, its silence and its lies cost no pull and no byte.</summary>
public sealed class RedisTests
{
    /// <summary>No deadline that a busy machine misses.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly Sample App = Sample.Create("team/app", Sample.SmallBytes, Sample.LargeBytes);
    private static readonly RepositoryKey Repository = new(FleetFixture.Upstream, RepositoryName.Parse("team/app"));

    [RealProgramFact(RedisServer.Program)]
    public async Task TagThatOneNodeAskedFor_TheOthersNeedNotAskFor()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var fleet = await StartAsync(redis, Patience);
        (await fleet.Nodes[0].Client.GetAsync(App.TagPath())).AssertIs(App.Image.Bytes);
        await ToldAsync(redis);
        fleet.Origin.Log.Clear();

        (await fleet.Nodes[1].Client.GetAsync(App.TagPath())).AssertIs(App.Image.Bytes);
        (await fleet.Nodes[2].Client.GetAsync(App.TagPath())).AssertIs(App.Image.Bytes);

        Assert.All(fleet.Origin.Log.TakeAll(), request => Assert.Equal(App.Image.Digest.ToString(), request.Reference));
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task PurgeAndWarmUp_ReachTheOthers()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var fleet = await StartAsync(redis, Patience);
        var (here, there) = (fleet.Nodes[0], fleet.Nodes[1]);
        var store = there.Node.Services.GetRequiredService<CacheStore>();
        var events = here.Node.Services.GetRequiredService<FleetEvents>();
        (await there.Client.GetAsync(App.TagPath())).AssertIs(App.Image.Bytes);
        (await there.Client.GetAsync(App.BlobPath(0))).AssertIs(App.Layers[0].Bytes);
        await there.SettleAsync();
        Assert.True(store.Contains(App.BlobDigest(0)));

        Assert.True(await events.PublishAsync(FleetEvent.PurgeDigest(App.BlobDigest(0))));
        Assert.True(await events.PublishAsync(FleetEvent.PurgeDigest(App.Image.Digest)));
        Assert.True(await events.PublishAsync(FleetEvent.PurgeTag(Repository, Reference.Parse("latest"))));

        await Eventually.TrueAsync(() => !store.Contains(App.BlobDigest(0)) && !store.Contains(App.Image.Digest) && !IsTagKnown(store));
        (await there.Client.GetAsync(App.BlobPath(0))).AssertIs(App.Layers[0].Bytes);

        Assert.True(await events.PublishAsync(FleetEvent.Warm(Repository, Reference.Parse("latest"))));
        Assert.True(await events.PublishAsync(FleetEvent.Warm(new RepositoryKey("unknown.example", Repository.Repository), Reference.Parse("latest"))));
        await Eventually.TrueAsync(() => store.Contains(App.Image.Digest) && IsTagKnown(store));
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task Presence_NamesTheNodes()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var fleet = await StartAsync(redis, Patience);

        await Eventually.TrueAsync(() => fleet.Nodes.All(node =>
            node.Node.Services.GetRequiredService<PresenceMembers>().Nodes.Select(entry => entry.Address.Text).SequenceEqual(fleet.Nodes.Select(other => other.Name).Order(StringComparer.Ordinal))));
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task FrozenThenKilledThenEmptyRedis_NoFailedPullAndNoWrongByte()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var fleet = await StartAsync(redis, TimeSpan.FromMilliseconds(50));

        await PullAllAsync(fleet);
        redis.Freeze();
        await ReplaceAllAsync(fleet);
        await PullAllAsync(fleet);
        await Eventually.TrueAsync(() => fleet.Nodes.All(node => node.Node.Services.GetRequiredService<RedisLink>().IsOpen));
        redis.Thaw();
        await redis.KillAsync();
        await ReplaceAllAsync(fleet);
        await PullAllAsync(fleet);
        await redis.StartAgainAsync();
        await ReplaceAllAsync(fleet);
        await PullAllAsync(fleet);
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task RogueValues_NoFailedPullAndNoWrongByte()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var fleet = await StartAsync(redis, Patience);
        using var rogue = await ConnectionMultiplexer.ConnectAsync(redis.Configuration + ",abortConnect=false");
        var database = rogue.GetDatabase();
        await fleet.Nodes[0].Client.GetAsync(App.TagPath());
        await ToldAsync(redis);

        // A manifest's true word about another tag, and every key of another kind.
        var key = $"edgecache:tag:{Repository}:latest";
        foreach (var field in await database.HashGetAllAsync(key))
        {
            await database.HashSetAsync($"edgecache:tag:{FleetFixture.Upstream}/team/missing:latest", field.Name, field.Value);
            await database.HashSetAsync(key, field.Name, ((string)field.Value!).Replace(App.Image.Digest.ToString(), App.BlobDigest(0).ToString(), StringComparison.Ordinal));
        }

        await database.StringSetAsync("edgecache:nodes", "rogue");
        await PullAllAsync(fleet);
        Assert.Equal(404, (int)(await fleet.Nodes[1].Client.GetAsync(EdgeClient.Manifest("team/missing", "latest"))).Status);
        rogue.Close(allowCommandsToComplete: false);
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task FillLeases_OneNodeAfterTheOther()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var fleet = await StartAsync(redis, Patience, usesLeases: true);
        var layer = App.Layers[1];
        var gate = fleet.Origin.HoldAt(layer.Digest, layer.Bytes.Length / 2);

        var first = fleet.Nodes[0].Client.GetAsync(App.BlobPath(1));
        await gate.ReachedAsync();
        var others = fleet.Nodes[1..].Select(node => node.Client.GetAsync(App.BlobPath(1))).ToArray();
        await Eventually.TrueAsync(() => fleet.Nodes[1..].All(node => node.Node.Services.GetRequiredService<Core.Fill.FillTable>().Active == 1));
        Assert.Equal(1, fleet.BlobGets(layer.Digest));
        gate.Release();

        Assert.All(await Task.WhenAll([first, .. others]), answer => answer.AssertIs(layer.Bytes));
    }

    private static Task<FleetFixture> StartAsync(RedisServer redis, TimeSpan timeout, bool usesLeases = false) => StartConnectedAsync(new FleetSetup
    {
        // Without siblings every node asks for itself, so that what Redis saves is seen.
        Fleet = options => options with { Siblings = false },
        Node = options => options with { Redis = new RedisOptions { Configuration = redis.Configuration, Timeout = timeout, FillLeases = usesLeases } },
    });

    private static async Task<FleetFixture> StartConnectedAsync(FleetSetup setup)
    {
        var fleet = await FleetFixture.StartAsync(3, setup, App.Repository);
        await Eventually.TrueAsync(async () => (await Task.WhenAll(fleet.Nodes.Select(async node =>
            (await node.Node.Services.GetRequiredService<RedisLink>().CallAsync(database => database.PingAsync())).IsAnswered))).All(isAnswered => isAnswered));
        return fleet;
    }

    /// <summary>Waits until the tag's meaning is in Redis: nobody waits for it to be told.</summary>
    private static async Task ToldAsync(RedisServer redis)
    {
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Configuration + ",abortConnect=false");
        await Eventually.TrueAsync(() => client.GetDatabase().KeyExistsAsync($"edgecache:tag:{Repository}:latest"));
        client.Close(allowCommandsToComplete: false);
    }

    private static bool IsTagKnown(CacheStore store) => !store.LookupTag(
        Repository, Reference.Parse("latest"), ManifestTypes.All, new Core.Caching.FreshnessRule(TimeSpan.MaxValue, TimeSpan.Zero)).Digest.IsNone;

    /// <summary>Everything from every node; each answer is compared byte by byte.</summary>
    private static async Task PullAllAsync(FleetFixture fleet)
    {
        foreach (var node in fleet.Nodes)
        {
            (await node.Client.GetAsync(App.TagPath())).AssertIs(App.Image.Bytes);
            (await node.Client.GetAsync(App.BlobPath(0))).AssertIs(App.Layers[0].Bytes);
            (await node.Client.GetAsync(App.BlobPath(1))).AssertIs(App.Layers[1].Bytes);
        }

        await fleet.SettleAsync();
    }

    /// <summary>Every node begins anew with an empty cache.</summary>
    private static async Task ReplaceAllAsync(FleetFixture fleet)
    {
        foreach (var node in fleet.Nodes)
        {
            await node.ReplaceAsync();
        }
    }
}
