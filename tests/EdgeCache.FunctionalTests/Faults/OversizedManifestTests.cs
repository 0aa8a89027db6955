using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Faults;

public sealed class OversizedManifestTests : EdgeTests
{
    private const int MaxManifestBytes = 1 << 20;

    private readonly Sample _sample = Sample.Create("team/app", 10);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OversizedManifest_IsRefusedUnread(bool isChunked)
    {
        var edge = await StartAppAsync();
        edge.Origin.Faults.Add(When.AnyManifest, Fault.OversizedBody(MaxManifestBytes + 1) with { IsChunked = isChunked });

        (await edge.Client.GetAsync(_sample.TagPath())).AssertFails(502, "UNKNOWN");

        await AssertRecoversAsync(edge);
    }

    [Fact]
    public async Task EndlessManifest_IsBounded()
    {
        var edge = await StartAppAsync();
        edge.Origin.Faults.Add(When.AnyManifest, Fault.EndlessBody);

        (await edge.Client.GetAsync(_sample.TagPath())).AssertFails(502, "UNKNOWN");

        var request = Assert.Single(edge.Origin.Log.Requests);
        await request.Ended.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(request.ClientLeft);
        Assert.InRange(await edge.MetricAsync("edgecache_origin_bytes_total"), MaxManifestBytes, MaxManifestBytes + 1024);
        await AssertRecoversAsync(edge);
    }

    [Fact]
    public async Task EndlessHeaders_AreRefused()
    {
        var edge = await StartAppAsync();
        edge.Origin.Faults.Add(When.AnyManifest, Fault.WithHeader("X-Bomb", new string('a', 100 * 1024)));

        (await edge.Client.GetAsync(_sample.TagPath())).AssertFails(502, "UNKNOWN");

        await AssertRecoversAsync(edge);
    }

    private Task<EdgeFixture> StartAppAsync() => StartAsync(new EdgeSetup
    {
        Repositories = [_sample.Repository],
        Node = node => node with { Limits = node.Limits with { MaxManifestBytes = MaxManifestBytes } },
    });

    private async Task AssertRecoversAsync(EdgeFixture edge)
    {
        await edge.AssertNotStoredAsync(_sample.Image.Digest);
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
    }
}
