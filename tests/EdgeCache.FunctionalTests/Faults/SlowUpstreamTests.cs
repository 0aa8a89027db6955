using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Faults;

/// <summary>Upstreams that fall silent, by a clock that the tests move.</summary>
public sealed class SlowUpstreamTests : EdgeTests
{
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(30);
    private readonly Sample _sample = Sample.Create("team/app", Sample.LargeBytes, Sample.SmallBytes);

    [Theory]
    [InlineData("blob")]
    [InlineData("manifest")]
    [InlineData("tags")]
    public async Task SilenceBeforeTheHeaders_Is503AtTheTimeout(string kind)
    {
        var edge = await StartAppAsync();
        edge.Origin.Faults.Add(When.Any, Fault.Silence);
        var path = kind switch { "blob" => _sample.BlobPath(0), "manifest" => _sample.TagPath(), _ => $"/v2/{_sample.Name}/tags/list" };

        var pull = edge.Client.GetAsync(path);
        await edge.Origin.Log.WaitAsync(When.Any);
        Assert.False(pull.IsCompleted);
        Clock.Advance(HeaderTimeout);

        (await pull).AssertFails(503, "UNKNOWN");
        Assert.Equal(200, (await edge.Client.GetAsync(path)).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task SilenceInABlob_IsABreak_AndTheClientGetsTheRest(int layer)
    {
        // What is moved is the time of all: the second request must not run out of its own.
        var edge = await StartAppAsync(headerTimeout: TimeSpan.FromMinutes(10));
        var size = _sample.Layers[layer].Bytes.Length;
        var gate = new OriginGate();
        edge.Origin.Faults.Add(When.AnyBlob, new Fault { BodyGate = gate, BodyGateOffset = size / 2 });
        var pull = edge.Client.GetAsync(_sample.BlobPath(layer));
        await gate.ReachedAsync();
        // What is on its way when the time passes would be asked for again.
        await Eventually.TrueAsync(async () => await edge.MetricAsync("edgecache_origin_bytes_total") >= size / 2);

        await PassTimeAsync(edge.Origin.Log.WaitAsync(request => request.Range is not null));
        (await pull).AssertIs(_sample.Layers[layer].Bytes);

        // The time that passes may run out for the second answer, too.
        Assert.Equal([null, $"bytes={size / 2}-"], edge.Origin.Log.Where(When.AnyBlob).Select(request => request.Range).Take(2));
    }

    [Fact]
    public async Task SilenceInAManifest_Is503()
    {
        var edge = await StartAppAsync();
        var gate = new OriginGate();
        edge.Origin.Faults.Add(When.AnyManifest, new Fault { BodyGate = gate, BodyGateOffset = 100 });

        var pull = edge.Client.GetAsync(_sample.TagPath());
        await gate.ReachedAsync();
        (await PassTimeAsync(pull)).AssertFails(503, "UNKNOWN");

        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
    }

    [Fact]
    public async Task SilentUpstream_DelaysNobodyElse()
    {
        var edge = await StartAppAsync();
        edge.Origin.Faults.Add(When.AnyBlob, Fault.Silence);

        var silent = edge.Client.GetAsync(_sample.BlobPath(0));
        await edge.Origin.Log.WaitAsync(When.AnyBlob);
        (await edge.Client.GetAsync(_sample.BlobPath(1))).AssertIs(_sample.Layers[1].Bytes);

        Assert.False(silent.IsCompleted);
        Clock.Advance(HeaderTimeout);
        (await silent).AssertFails(503, "UNKNOWN");
    }

    /// <summary>The timer of a read starts with the read: time passes until one has met it.</summary>
    private async Task<T> PassTimeAsync<T>(Task<T> pull)
    {
        await Eventually.TrueAsync(() =>
        {
            Clock.Advance(StallTimeout);
            return pull.IsCompleted;
        });
        return await pull;
    }

    private Task<EdgeFixture> StartAppAsync(TimeSpan? headerTimeout = null) => StartAsync(new EdgeSetup
    {
        Repositories = [_sample.Repository],
        Clock = Clock,
        Upstream = upstream => upstream with { HeaderTimeout = headerTimeout ?? HeaderTimeout, StallTimeout = StallTimeout },
        Services = EdgeSetup.ImpatientFills,
        Node = node => node with { Limits = node.Limits with { ClientStallTimeout = TimeSpan.FromDays(1) } },
    });
}
