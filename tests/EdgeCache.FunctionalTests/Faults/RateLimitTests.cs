using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Faults;

/// <summary>What pulls cost of an upstream's quota (PROMISES, "Hub quota").</summary>
public sealed class RateLimitTests : EdgeTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private readonly Sample _sample = Sample.Create("team/app", Sample.SmallBytes);

    [Fact]
    public async Task ManyClientsOfAColdTag_CostOneGet_AndItsRevalidationAHead()
    {
        var edge = await StartAsync(Setup());
        var gate = edge.Origin.HoldHeaders(When.AnyManifest);
        var pulls = Enumerable.Range(0, 200).Select(_ => edge.Client.GetAsync(_sample.TagPath())).ToArray();
        await gate.ReachedAsync();
        gate.Release();
        Assert.All(await Task.WhenAll(pulls), answer => answer.AssertIs(_sample.Image.Bytes));
        Assert.Equal(OriginRequestKind.ManifestGet, Assert.Single(edge.Origin.Log.TakeAll()).Kind);

        for (var round = 0; round < 3; round++)
        {
            Clock.Advance(Lifetime);
            Assert.All(
                await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => edge.Client.GetAsync(_sample.TagPath()))),
                answer => answer.AssertIs(_sample.Image.Bytes));
        }

        Assert.Equal(3, edge.Origin.Log.Count(OriginRequestKind.ManifestHead));
        Assert.Equal(0, edge.Origin.Log.Count(OriginRequestKind.ManifestGet));
    }

    [Fact]
    public async Task LowBudget_AMovedTagIsServedStale_AndTheRestGoesToWhoHasNothing()
    {
        var edge = await StartAsync(Setup());
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        var moved = Sample.CreateSeeded("team/app", 2, 20);
        edge.Origin.Content.Add(moved.Repository);
        edge.Origin.Faults.Always(When.AnyManifest, Remaining(10));
        edge.Origin.Log.Clear();
        Clock.Advance(Lifetime);

        for (var pull = 0; pull < 3; pull++)
        {
            var stale = await edge.Client.GetAsync(_sample.TagPath());
            stale.AssertIs(_sample.Image.Bytes);
            Assert.Contains("detail=stale-429", stale.CacheStatus, StringComparison.Ordinal);
        }

        Assert.Equal(0, edge.Origin.Log.Count(OriginRequestKind.ManifestGet));
        Assert.Equal(3, await edge.MetricAsync("edgecache_origin_ratelimit_withheld_total"));
        (await edge.Client.GetAsync(moved.ManifestPath)).AssertIs(moved.Image.Bytes);
        Assert.Equal(1, edge.Origin.Log.Count(OriginRequestKind.ManifestGet));
        Assert.Equal(10, await edge.MetricAsync("edgecache_origin_ratelimit_remaining"));

        // The digest is here by now: the tag follows it for nothing.
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(moved.Image.Bytes);
    }

    [Fact]
    public async Task RetryAfter_IsObeyed_AndTheTagServedStaleMeanwhile()
    {
        var edge = await StartAsync(Setup());
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        Clock.Advance(Lifetime);
        edge.Origin.Log.Clear();
        edge.Origin.Faults.Add(When.Any, Fault.Status(429, "120"));

        for (var pull = 0; pull < 5; pull++)
        {
            (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        }

        var blob = await edge.Client.GetAsync(_sample.BlobPath(0));
        blob.AssertFails(503, "UNKNOWN");
        Assert.InRange(int.Parse(blob["Retry-After"] ?? "0", null), 100, 132);
        Assert.Equal(503, (await edge.Client.GetAsync($"/v2/{_sample.Name}/tags/list")).Status);
        Assert.Single(edge.Origin.Log.Requests);

        Clock.Advance(TimeSpan.FromSeconds(132));
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
    }

    private static Fault Remaining(int requests) => new()
    {
        Headers = new Dictionary<string, string?> { ["ratelimit-limit"] = "100;w=21600", ["ratelimit-remaining"] = $"{requests};w=21600" },
    };

    private EdgeSetup Setup() => new()
    {
        Repositories = [_sample.Repository],
        Clock = Clock,
        Upstream = upstream => upstream with { TagFreshness = Lifetime },
    };
}
