using EdgeCache.Demo;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Faults;

/// <summary>An endpoint that fails is left alone: requests then cost no connection, and the contract decides at once.</summary>
public sealed class BreakerTests : EdgeTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(12.5);
    private readonly Sample _sample = Sample.Create("team/app", [.. Enumerable.Repeat(Sample.SmallBytes, 12)]);

    [Theory]
    [InlineData("500", "stale-5xx")]
    [InlineData("reset", "stale-unreachable")]
    public async Task OpenBreaker_AsksNothing_AndTheTagIsServedStale(string fault, string detail)
    {
        var edge = await StartAsync(Setup(_sample.Repository));
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        Clock.Advance(TimeSpan.FromMinutes(5));
        edge.Origin.Faults.Always(When.Any, UpstreamFault.OfHeaders[fault].Fault(edge.Origin));
        for (var layer = 0; layer < 5; layer++)
        {
            (await edge.Client.GetAsync(_sample.BlobPath(layer))).AssertFails(503, "UNKNOWN");
        }

        edge.Origin.Log.Clear();
        for (var layer = 5; layer < 12; layer++)
        {
            var refused = await edge.Client.GetAsync(_sample.BlobPath(layer));
            refused.AssertFails(503, "UNKNOWN");
            Assert.InRange(int.Parse(refused["Retry-After"] ?? "0", null), 1, 13);
        }

        Assert.Equal(503, (await edge.Client.GetAsync($"/v2/{_sample.Name}/tags/list")).Status);
        var stale = await edge.Client.GetAsync(_sample.TagPath());
        stale.AssertIs(_sample.Image.Bytes);
        Assert.Contains($"detail={detail}", stale.CacheStatus, StringComparison.Ordinal);
        Assert.Empty(edge.Origin.Log.Requests);
        Assert.Equal(1, await edge.MetricAsync("edgecache_origin_breaker_transitions_total"));

        edge.Origin.Faults.Clear();
        Clock.Advance(Pause);
        (await edge.Client.GetAsync(_sample.BlobPath(11))).AssertIs(_sample.Layers[11].Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(10))).AssertIs(_sample.Layers[10].Bytes);
    }

    [Fact]
    public async Task ListsThatFail_CountAsFillsDo()
    {
        var edge = await StartAsync(Setup(_sample.Repository));
        edge.Origin.Faults.Always(When.Any, Fault.Status(502));
        for (var list = 0; list < 5; list++)
        {
            Assert.Equal(503, (await edge.Client.GetAsync($"/v2/{_sample.Name}/tags/list")).Status);
        }

        Assert.Equal(5, edge.Origin.Log.TakeAll().Count);
        (await edge.Client.GetAsync(_sample.TagPath())).AssertFails(503, "UNKNOWN");
        Assert.Empty(edge.Origin.Log.Requests);
    }

    [Fact]
    public async Task FirstEndpointsBreakerIsOpen_TheSecondIsAskedAlone()
    {
        var first = await StartOriginAsync(_sample.Repository);
        first.Faults.Always(When.Any, Fault.Status(500));
        var edge = await StartAsync(Setup(_sample.Repository) with { Upstream = upstream => upstream with { Endpoints = [first.Url, .. upstream.Endpoints] } });
        for (var layer = 0; layer < 8; layer++)
        {
            (await edge.Client.GetAsync(_sample.BlobPath(layer))).AssertIs(_sample.Layers[layer].Bytes);
        }

        Assert.Equal(5, first.Log.TakeAll().Count);
        first.Faults.Clear();
        Clock.Advance(Pause);
        (await edge.Client.GetAsync(_sample.BlobPath(8))).AssertIs(_sample.Layers[8].Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(9))).AssertIs(_sample.Layers[9].Bytes);
        Assert.Equal(2, first.Log.Requests.Count);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(401)]
    [InlineData(403)]
    public async Task Refusals_AreAnswers(int status)
    {
        var edge = await StartAsync(Setup(_sample.Repository));
        edge.Origin.Faults.Always(When.Any, Fault.Status(status));
        for (var layer = 0; layer < 12; layer++)
        {
            Assert.Equal(status == 404 ? 404 : 403, (await edge.Client.GetAsync(_sample.BlobPath(layer))).Status);
        }

        Assert.Equal(12, edge.Origin.Log.Requests.Count);
    }

    private EdgeSetup Setup(SampleRepository repository) => new() { Repositories = [repository], Clock = Clock };
}
