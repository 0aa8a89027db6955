using System.Collections.Concurrent;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using EdgeCache.Fleet;
using EdgeCache.Origin;
using EdgeCache.SharedState;
using EdgeCache.Telemetry;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;
using EdgeCache.Tests.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.SharedState;

/// <summary>All that nodes share, between two of them, through Redis by TLS and through Redis Cluster.</summary>
public sealed class RedisModeTests
{
    private static readonly RepositoryKey Repository = StoreFixture.Repository("library/a");
    private static readonly FleetSecret Secret = new("the fleet's secret, of 32 characters or more");
    private static readonly RedisMetrics Metrics = new(new NodeMeters());

    [RealProgramFact(RedisServer.Program)]
    public async Task Tls_AllIsShared()
    {
        await using var redis = await RedisServer.StartAsync(RedisServerMode.Tls);
        await AssertSharedAsync(new RedisOptions { Configuration = redis.Configuration, CaFile = redis.CaFile });
    }

    [RealProgramFact(RedisServer.Program, RedisCluster.ControlProgram)]
    public async Task Cluster_AllIsShared()
    {
        await using var redis = await RedisCluster.StartAsync();
        await AssertSharedAsync(new RedisOptions { Configuration = redis.Configuration });
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task Tls_CertificateOfNobodyKnown_IsNotSpokenTo()
    {
        await using var redis = await RedisServer.StartAsync(RedisServerMode.Tls);
        var log = new LinesLogger();
        await using var link = new RedisLink(
            new RedisOptions { Configuration = redis.Configuration, Timeout = TimeSpan.FromSeconds(2) }, new RedisMetrics(new NodeMeters()), TimeProvider.System, log);
        Assert.False((await link.CallAsync(database => database.PingAsync())).IsAnswered);
        await Eventually.TrueAsync(() => !log.Lines.IsEmpty);
        Assert.True(link.IsOpen);
        Assert.False((await link.CallAsync(database => database.PingAsync())).IsAnswered);
    }

    /// <summary>What lies on the others is to be had still, and the rest is bypassed within its deadline.</summary>
    [RealProgramFact(RedisServer.Program, RedisCluster.ControlProgram)]
    public async Task Cluster_LostNode_EveryCallEnds()
    {
        await using var redis = await RedisCluster.StartAsync();
        await using var link = NewLink(new RedisOptions { Configuration = redis.Configuration });
        await RedisFixture.ConnectedAsync(link);
        await redis.Servers[0].KillAsync();
        var next = 0;
        await Eventually.TrueAsync(async () =>
        {
            var key = link.Name($"key-{next++}");
            return (await link.CallAsync(database => database.StringSetAsync(key, "value"))).Value && next > 50;
        });
    }

    private static async Task AssertSharedAsync(RedisOptions options)
    {
        options = options with { Timeout = RedisFixture.Patience };
        await using var here = NewLink(options);
        await using var there = NewLink(options);
        await RedisFixture.ConnectedAsync(here);
        await RedisFixture.ConnectedAsync(there);
        await AssertTagsAsync(here, there);
        await AssertPresenceAsync(here, there);
        await AssertBudgetsAsync(here, there);
        await AssertLeasesAsync(here, there);
        await AssertEventsAsync(here, there);
    }

    /// <summary>Many, so that every node of a cluster has some.</summary>
    private static async Task AssertTagsAsync(RedisLink here, RedisLink there)
    {
        var tags = Enumerable.Range(0, 20).Select(index => Reference.Parse($"v{index}")).ToArray();
        var entry = new TagEntry(Digest.Compute("content"u8), ManifestTypes.OciManifest, 7, DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
        var (teller, finder) = (new RedisTags(here, Secret, Metrics, TimeProvider.System), new RedisTags(there, Secret, Metrics, TimeProvider.System));
        foreach (var tag in tags)
        {
            teller.Tell(Repository, tag, ManifestTypes.All, entry, TimeSpan.FromMinutes(5));
        }

        await Eventually.TrueAsync(() => here.Outstanding == 0);
        foreach (var tag in tags)
        {
            Assert.Equal(entry, await finder.FindAsync(Repository, tag, ManifestTypes.All));
            teller.Drop(Repository, tag);
        }

        await Eventually.TrueAsync(() => here.Outstanding == 0);
        Assert.Null(await finder.FindAsync(Repository, tags[0], ManifestTypes.All));
    }

    private static async Task AssertPresenceAsync(RedisLink here, RedisLink there)
    {
        string[] names = [.. Enumerable.Range(1, 9).Select(index => $"http://edge-{index}:5000")];
        var store = new PresenceStore(here, Secret, Metrics, TimeProvider.System);
        foreach (var name in names)
        {
            Assert.True(await store.PutAsync(new NodePresence(new MemberAddress(new Uri(name)), false, default, DateTimeOffset.UtcNow)));
        }

        var listed = await new PresenceStore(there, Secret, Metrics, TimeProvider.System).ListAsync();
        Assert.Equal(names, listed!.Select(node => node.Address.Text).Order(StringComparer.Ordinal));
        await store.RemoveAsync(names[0]);
        Assert.Equal(names.Length - 1, (await store.ListAsync())!.Count);
    }

    private static async Task AssertBudgetsAsync(RedisLink here, RedisLink there)
    {
        (string Authority, string Username)[] credentials = [.. Enumerable.Range(0, 9).Select(index => ("https://registry.example", $"user-{index}"))];
        var limit = new RateLimit(100, 76, TimeSpan.FromHours(6), DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
        var budgets = new RedisBudgets(here, Secret, Metrics);
        Array.ForEach(credentials, credential => budgets.Tell(credential.Authority, credential.Username, limit));
        await Eventually.TrueAsync(() => here.Outstanding == 0);
        Assert.All(await new RedisBudgets(there, Secret, Metrics).FindAsync(credentials), found => Assert.Equal(limit, found));
    }

    private static async Task AssertLeasesAsync(RedisLink here, RedisLink there)
    {
        var times = new LeaseTimes { Lifetime = TimeSpan.FromMinutes(1), MaxWait = TimeSpan.FromMinutes(1) };
        var digest = Digest.Compute("content"u8);
        var first = await new RedisLeases(here, times, TimeProvider.System).TakeTurnAsync(digest, CancellationToken.None);
        Assert.NotNull(first);
        var second = new RedisLeases(there, times, TimeProvider.System).TakeTurnAsync(digest, CancellationToken.None).AsTask();
        Assert.False(second.IsCompleted);
        await first.DisposeAsync();
        await using var turn = await second;
        Assert.NotNull(turn);
    }

    private static async Task AssertEventsAsync(RedisLink here, RedisLink there)
    {
        var heard = new Heard();
        using var teller = new FleetEvents(here, Secret, [], Context);
        using var listener = new FleetEvents(there, Secret, [heard], Context);
        await listener.StartAsync(CancellationToken.None);
        var purge = FleetEvent.PurgeTag(Repository, Reference.Parse("v1"));
        Assert.True(await teller.PublishAsync(purge));
        await Eventually.TrueAsync(() => !heard.Events.IsEmpty);
        Assert.Equal([purge], heard.Events);
        await listener.StopAsync(CancellationToken.None);
    }

    private static EventContext Context => new(null, Metrics, TimeProvider.System, NullLogger<FleetEvents>.Instance);

    private static RedisLink NewLink(RedisOptions options) => new(options, new RedisMetrics(new NodeMeters()), TimeProvider.System, NullLogger<RedisLink>.Instance);

    private sealed class Heard : IFleetEventHandler
    {
        public ConcurrentQueue<FleetEvent> Events { get; } = [];

        public ValueTask HandleAsync(FleetEvent message, CancellationToken cancellationToken)
        {
            Events.Enqueue(message);
            return ValueTask.CompletedTask;
        }
    }
}
