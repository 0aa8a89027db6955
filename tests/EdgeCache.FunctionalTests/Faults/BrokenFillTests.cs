using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Faults;

/// <summary>Fills that break for all their readers, and the places that blobs are redirected to.</summary>
public sealed class BrokenFillTests : EdgeTests
{
    private const int MiB = 1 << 20;

    private readonly Sample _sample = Sample.Create("team/app", Sample.LargeBytes, Sample.SmallBytes);

    [Fact]
    public async Task EveryReaderOfABrokenFill_IsAborted()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository], Services = EdgeSetup.ImpatientFills });
        var gate = new OriginGate();
        edge.Origin.Faults.Add(When.AnyBlob, Fault.CutAfter(Sample.LargeBytes - 1) with { BodyGate = gate, BodyGateOffset = Sample.LargeBytes / 2 });
        edge.Origin.Faults.Always(When.AnyBlob, Fault.Status(500));
        using var leader = await edge.Client.OpenAsync(_sample.BlobPath(0));
        using var follower = await edge.Client.OpenAsync(_sample.BlobPath(0));
        var tail = edge.Client.GetAsync(_sample.BlobPath(0), ("Range", "bytes=-10"));
        await Eventually.TrueAsync(() => edge.InFlight == 3);
        gate.Release();

        Assert.True((await EdgeClient.ReadAsync(await leader.Content.ReadAsStreamAsync())).IsTorn);
        Assert.True((await EdgeClient.ReadAsync(await follower.Content.ReadAsStreamAsync())).IsTorn);
        var torn = await tail;
        Assert.True(torn.IsTorn || torn.Status == 503, $"{torn.Status}");
        await AssertRecoversAsync(edge, 0);
    }

    [Fact]
    public async Task EndlessBody_EndsAtTheKnownSize()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        edge.Origin.Faults.Always(When.AnyBlob, Fault.EndlessBody);

        var answer = await edge.Client.GetAsync(_sample.BlobPath(0));
        Assert.True(answer.IsTorn || answer.Status == 502, $"{answer.Status}");

        // By the node's own count: what a server writes to a connection that has just been reset vanishes, and may be a lot.
        await Assert.Single(edge.Origin.Log.Where(When.AnyBlob)).Ended.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.InRange(await edge.MetricAsync("edgecache_origin_bytes_total"), Sample.LargeBytes, Sample.LargeBytes + MiB);
        await AssertRecoversAsync(edge, 0);
    }

    [Fact]
    public async Task RedirectToStorage_IsFollowedWithoutAuthorization()
    {
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_sample.Repository],
            Upstream = upstream => upstream with { Username = "user", Password = "secret" },
        });
        edge.Origin.Auth = OriginAuth.Basic("user", "secret");
        edge.Origin.Behaviour.RedirectsBlobsToStorage = true;

        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(1))).AssertIs(_sample.Layers[1].Bytes);

        Assert.NotEmpty(edge.Origin.Log.Where(request => request.Kind == OriginRequestKind.BlobGet && request.Authorization is not null));
        Assert.Equal(2, edge.Origin.Log.Count(When.Storage));
        Assert.All(edge.Origin.Log.Where(When.Storage), request => Assert.Null(request.Authorization));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task StorageThatFails_IsA503AndNoWordOnRights(int status)
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        edge.Origin.Behaviour.RedirectsBlobsToStorage = true;
        edge.Origin.Faults.Add(When.Storage, Fault.Status(status));

        (await edge.Client.GetAsync(_sample.BlobPath(1))).AssertFails(503, "UNKNOWN");

        await AssertRecoversAsync(edge, 1);
    }

    private async Task AssertRecoversAsync(EdgeFixture edge, int layer)
    {
        await edge.AssertNotStoredAsync(_sample.BlobDigest(layer));
        edge.Origin.Faults.Clear();
        // Who failed so often is left alone for some seconds.
        await Eventually.TrueAsync(async () => (await edge.Client.GetAsync(_sample.BlobPath(layer))).Status == 200);
        (await edge.Client.GetAsync(_sample.BlobPath(layer))).AssertIs(_sample.Layers[layer].Bytes);
        await edge.SettleAsync();
        Assert.Equal("EdgeCache; hit", (await edge.Client.GetAsync(_sample.BlobPath(layer))).CacheStatus);
    }
}
