using EdgeCache.Fleet;
using EdgeCache.SharedState;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.Fleet;

/// <summary>Nobody is named in any configuration: nodes and balancer know each other from Redis alone.</summary>
public sealed class PresenceAloneTests
{
    private static readonly Sample App = Sample.Create("team/app", [.. Enumerable.Repeat(Sample.SmallBytes, 8)]);

    [RealProgramFact(RedisServer.Program)]
    public async Task NodesAndBalancer_FindEachOther_AndWhoIsKilledLeaves()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var origin = await FakeOrigin.StartAsync(App.Repository);
        await using var fleet = await FleetProcesses.StartAsync(origin, 2, new Dictionary<string, string?>
        {
            ["EDGECACHE__FLEET__MEMBERS"] = null,
            ["EDGECACHE__FLEET__REFRESHINTERVAL"] = "1s",
            ["EDGECACHE__REDIS__CONFIGURATION"] = redis.Configuration,
            // No deadline that a busy machine misses.
            ["EDGECACHE__REDIS__TIMEOUT"] = "5s",
        });
        await using var balancer = await FleetBalancer.StartAsync([], new RedisOptions { Configuration = redis.Configuration, Timeout = TimeSpan.FromSeconds(5) });
        await Eventually.TrueAsync(() => balancer.Members.Count == 2 && balancer.Members.All(member => member.State == MemberState.Ready));
        await Eventually.TrueAsync(() => fleet.Nodes.All(node => node.Output.Contains("The fleet has 2 nodes now", StringComparison.Ordinal)));

        // Asked at both, each layer is fetched once, by its home.
        foreach (var node in fleet.Nodes)
        {
            await PullAsync(node.Client);
        }

        Assert.All(App.Layers, layer => Assert.Equal(1, origin.Log.Count(OriginRequestKind.BlobGet, layer.Digest)));
        await fleet.Nodes[0].KillAsync();
        using var client = new EdgeClient(balancer.Url);
        await PullAsync(client);
        await Eventually.TrueAsync(() => balancer.Members.Count == 1 && fleet.Nodes[1].Output.Contains("The fleet has 1 nodes now", StringComparison.Ordinal));
        Assert.Equal(fleet.Urls[1], balancer.Members[0].Address.Url);
        await PullAsync(client);
    }

    private static async Task PullAsync(EdgeClient client)
    {
        (await client.GetAsync(App.TagPath())).AssertIs(App.Image.Bytes);
        for (var index = 0; index < App.Layers.Length; index++)
        {
            (await client.GetAsync(App.BlobPath(index))).AssertIs(App.Layers[index].Bytes);
        }
    }
}
