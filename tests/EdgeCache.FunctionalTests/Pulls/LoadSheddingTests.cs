using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using Xunit;

namespace EdgeCache.FunctionalTests.Pulls;

/// <summary>Beyond its limits the node answers 503 at once, says when to come again, and serves what it holds.</summary>
public sealed class LoadSheddingTests : EdgeTests
{
    private readonly Sample _sample = Sample.Create("team/app", Sample.LargeBytes, Sample.SmallBytes, 20_000, 30_000);

    [Fact]
    public async Task ClientWithoutABudget_GetsWhatIsHeld_AndNothingFromUpstream()
    {
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_sample.Repository],
            // A token comes back after 20 seconds.
            Node = node => node with { Limits = node.Limits with { MissesPerMinute = 3 } },
        });
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(1))).AssertIs(_sample.Layers[1].Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(2))).AssertIs(_sample.Layers[2].Bytes);
        var asked = edge.Origin.Log.Requests.Count;

        foreach (var target in (string[])[_sample.BlobPath(3), _sample.TagPath("other"), $"/v2/{_sample.Name}/tags/list"])
        {
            var refused = await edge.Client.GetAsync(target);
            refused.AssertFails(503, "UNKNOWN");
            Assert.Equal("1", refused["Retry-After"]);
        }

        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(1))).AssertIs(_sample.Layers[1].Bytes);
        Assert.Equal(asked, edge.Origin.Log.Requests.Count);
    }

    [Fact]
    public async Task WhoJoinsAFill_SpendsNothing()
    {
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_sample.Repository],
            Node = node => node with { Limits = node.Limits with { MissesPerMinute = 1 } },
        });
        var gate = edge.Origin.HoldAt(_sample.BlobDigest(0), Sample.LargeBytes / 2);
        var leader = edge.Client.GetAsync(_sample.BlobPath(0));
        await gate.ReachedAsync();

        var joiners = Enumerable.Range(0, 10).Select(_ => edge.Client.GetAsync(_sample.BlobPath(0))).ToList();
        await Eventually.TrueAsync(() => edge.InFlight == 11);
        gate.Release();

        Assert.All(await Task.WhenAll([leader, .. joiners]), answer => answer.AssertIs(_sample.Layers[0].Bytes));
    }

    [Fact]
    public async Task ConnectionsBeyondTheLimit_GetA503()
    {
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_sample.Repository],
            Node = node => node with { Limits = node.Limits with { MaxConnections = 4 } },
        });
        var gate = edge.Origin.HoldAt(_sample.BlobDigest(0), Sample.LargeBytes / 2);
        var pulls = Enumerable.Range(0, 4).Select(_ => edge.Client.GetAsync(_sample.BlobPath(0))).ToList();
        await Eventually.TrueAsync(() => edge.InFlight == 4);

        using (var late = new EdgeClient(edge.Pull))
        {
            var refused = await late.GetAsync(_sample.BlobPath(0));
            Assert.Equal((503, "1"), (refused.Status, refused["Retry-After"]));
        }

        gate.Release();
        Assert.All(await Task.WhenAll(pulls), answer => answer.AssertIs(_sample.Layers[0].Bytes));
    }

    [Fact]
    public async Task FillsBeyondTheLimit_GetA503WithRetryAfter()
    {
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_sample.Repository],
            Node = node => node with { Limits = node.Limits with { MaxConcurrentFills = 1 } },
        });
        var gate = edge.Origin.HoldAt(_sample.BlobDigest(0), Sample.LargeBytes / 2);
        var pull = edge.Client.GetAsync(_sample.BlobPath(0));
        await gate.ReachedAsync();

        var refused = await edge.Client.GetAsync(_sample.BlobPath(1));
        refused.AssertFails(503, "UNKNOWN");
        Assert.Equal("1", refused["Retry-After"]);
        gate.Release();
        (await pull).AssertIs(_sample.Layers[0].Bytes);
    }
}
