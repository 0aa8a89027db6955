using EdgeCache.Core.Oci;
using EdgeCache.Fleet;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Fleet;

/// <summary>Nodes that are asked blindly, as by a balancer that knows nothing of digests, act as one cache.</summary>
public sealed class SiblingTests
{
    private const int Clients = 100;

    private static readonly Sample App = Sample.Create("team/app", 8 << 20, Sample.SmallBytes, Sample.LargeBytes);

    [Fact]
    public async Task ColdBlob_FourNodesAHundredClients_OneUpstreamGet()
    {
        await using var fleet = await FleetFixture.StartAsync(4, new FleetSetup(), App.Repository);
        var answers = await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => fleet.Nodes[i % 4].Client.GetAsync(App.BlobPath(0))));
        Assert.All(answers, answer => answer.AssertIs(App.Layers[0].Bytes));
        Assert.Equal(1, fleet.BlobGets(App.Layers[0].Digest));
        Assert.InRange(fleet.Origin.Log.BytesSent(When.Blob(App.Layers[0].Digest)), 8 << 20, (8 << 20) * 1.01);
    }

    [Fact]
    public async Task Manifests_ByTagAndDigest_OneUpstreamGetEach()
    {
        await using var fleet = await FleetFixture.StartAsync(4, new FleetSetup(), App.Repository);
        var manifest = App.Image;
        var answers = await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => fleet.Nodes[i % 4].Client.GetAsync(
            i % 8 < 4 ? App.TagPath() : EdgeClient.Manifest(App.Name, manifest.Digest), ("Accept", manifest.MediaType))));
        Assert.All(answers, answer => answer.AssertIs(manifest.Bytes));
        // By tag and by digest they have two homes; each asks once.
        Assert.InRange(fleet.Origin.Log.Count(When.AnyManifest), 1, 2);
    }

    [Theory]
    [InlineData(KeepRule.Always, 4)]
    [InlineData(KeepRule.Never, 1)]
    [InlineData(KeepRule.Hot, 1)]
    public async Task Copies_AreKeptByTheRule(KeepRule rule, int copies)
    {
        await using var fleet = await FleetFixture.StartAsync(4, new FleetSetup { Fleet = fleet => fleet with { Keep = rule } }, App.Repository);
        await PullFromAllAsync();
        Assert.Equal(copies, fleet.Copies(App.Layers[0].Digest));
        await PullFromAllAsync();
        Assert.Equal(rule == KeepRule.Never ? 1 : 4, fleet.Copies(App.Layers[0].Digest));
        Assert.Equal(1, fleet.BlobGets(App.Layers[0].Digest));

        async Task PullFromAllAsync()
        {
            foreach (var node in fleet.Nodes)
            {
                (await node.Client.GetAsync(App.BlobPath(0))).AssertIs(App.Layers[0].Bytes);
            }

            await fleet.SettleAsync();
        }
    }

    [Fact]
    public async Task HomeDiesInTheMiddle_TheRestComesFromElsewhere()
    {
        await using var fleet = await FleetFixture.StartAsync(3, new FleetSetup(), App.Repository);
        var layer = App.Layers[0];
        var ranking = fleet.Rank(layer.Digest);
        var gate = fleet.Origin.HoldAt(layer.Digest, layer.Bytes.Length / 2);
        var pulling = ranking[2].Client.GetAsync(App.BlobPath(0));
        await Eventually.TrueAsync(() => fleet.Origin.Log.BytesSent(When.Blob(layer.Digest)) >= layer.Bytes.Length / 2);
        await ranking[0].KillAsync();
        gate.Release();
        (await pulling).AssertIs(layer.Bytes);
        Assert.Equal(2, fleet.BlobGets(layer.Digest));
    }

    [Fact]
    public async Task DeadHome_ItsKeysMove_AndComeBackWithIt()
    {
        await using var fleet = await FleetFixture.StartAsync(3, new FleetSetup(), App.Repository);
        var layer = App.Layers[2];
        var ranking = fleet.Rank(layer.Digest);
        await ranking[0].KillAsync();
        (await ranking[2].Client.GetAsync(App.BlobPath(2))).AssertIs(layer.Bytes);
        await fleet.SettleAsync();
        Assert.True(CacheFiles.Holds(ranking[1].Cache, layer.Digest));
        Assert.Equal(1, fleet.BlobGets(layer.Digest));

        // It comes back empty, and has the blob from who was home in its place.
        await ranking[0].ReplaceAsync();
        await fleet.AllSeeAllAsync();
        (await ranking[2].Client.GetAsync(App.BlobPath(2))).AssertIs(layer.Bytes);
        await fleet.SettleAsync();
        Assert.True(CacheFiles.Holds(ranking[0].Cache, layer.Digest));
        Assert.Equal(1, fleet.BlobGets(layer.Digest));
    }

    /// <summary>Each takes another for the home: they never wait for each other.</summary>
    [Fact]
    public async Task ViewsThatDiffer_NoLoop()
    {
        var seen = 0;
        await using var fleet = await FleetFixture.StartAsync(
            2,
            new FleetSetup
            {
                // Each gives the other a hundred times its own weight.
                Fleet = options => options with { Members = [.. options.Members.Select(member => member with { Weight = member.Url == options.Self ? 0.01 : 100 })] },
            },
            App.Repository);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => fleet.Nodes[i % 2].Client.GetAsync(App.BlobPath(i / 2 % 3))));
        Assert.All(answers, answer => answer.AssertIs(App.Layers[seen++ / 2 % 3].Bytes));
        Assert.All(App.Layers, layer => Assert.InRange(fleet.BlobGets(layer.Digest), 1, 2));
        var manifests = await Task.WhenAll(fleet.Nodes.Select(node => node.Client.GetAsync(App.TagPath(), ("Accept", App.Image.MediaType))));
        Assert.All(manifests, answer => answer.AssertIs(App.Image.Bytes));
    }

    [Fact]
    public async Task ClientsCredentials_ReachNoSiblingAndNoUpstream()
    {
        await using var fleet = await FleetFixture.StartAsync(2, new FleetSetup(), App.Repository);
        var digest = App.Layers[1].Digest;
        var answer = await fleet.Rank(digest)[1].Client.GetAsync(App.BlobPath(1), ("Authorization", "Basic Y2FuYXJ5OmNhbmFyeQ=="));
        answer.AssertIs(App.Layers[1].Bytes);
        Assert.All(fleet.Origin.Log.Requests, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task UpstreamsRefusals_AreUpstreamsOwn()
    {
        await using var fleet = await FleetFixture.StartAsync(2, new FleetSetup(), App.Repository);
        var unknown = Digest.Compute("unknown"u8);
        var answer = await fleet.Rank(unknown)[1].Client.GetAsync(EdgeClient.Blob(App.Name, unknown));
        answer.AssertFails(404, "BLOB_UNKNOWN");
    }
}
