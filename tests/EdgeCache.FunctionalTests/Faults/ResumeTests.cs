using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Faults;

/// <summary>Lines that break: one request of a client gets the whole, and upstream sends little more than that.</summary>
public sealed class ResumeTests : EdgeTests
{
    private const int MiB = 1 << 20;
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(30);
    private readonly Sample _sample = Sample.Create("team/app", 4 * MiB, Sample.SmallBytes);

    private byte[] Content => _sample.Layers[0].Bytes;

    [Fact]
    public async Task StalledUpstream_GoesOnAtTheNextEndpoint()
    {
        var first = await StartOriginAsync(_sample.Repository);
        first.HoldAt(_sample.BlobDigest(0), MiB);
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_sample.Repository],
            Clock = Clock,
            Upstream = upstream => upstream with
            {
                Endpoints = [first.Url, .. upstream.Endpoints],
                StallTimeout = StallTimeout,
                // What is moved is the time of all: the second request must not run out of its own.
                HeaderTimeout = TimeSpan.FromMinutes(10),
            },
            Services = EdgeSetup.ImpatientFills,
            Node = node => node with { Limits = node.Limits with { ClientStallTimeout = TimeSpan.FromDays(1) } },
        });

        var pull = edge.Client.GetAsync(_sample.BlobPath(0));
        await Eventually.TrueAsync(() => first.Log.BytesSent(When.AnyBlob) == MiB);
        await Eventually.TrueAsync(() =>
        {
            Clock.Advance(StallTimeout / 3);
            return edge.Origin.Log.Count(When.AnyBlob) > 0;
        });

        (await pull).AssertIs(Content);
        Assert.Equal($"bytes={MiB}-", Assert.Single(edge.Origin.Log.Where(When.AnyBlob)).Range);
        Assert.Equal(Content.Length - MiB, edge.Origin.Log.BytesSent(When.AnyBlob));
        Assert.Single(first.Log.Where(When.AnyBlob));
    }

    [Fact]
    public async Task EndpointThatGoesAway_GoesOnAtTheNext()
    {
        var first = await StartOriginAsync(_sample.Repository);
        var gate = first.HoldAt(_sample.BlobDigest(0), 2 * MiB);
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_sample.Repository],
            Upstream = upstream => upstream with { Endpoints = [first.Url, .. upstream.Endpoints] },
        });

        var pull = edge.Client.GetAsync(_sample.BlobPath(0));
        await gate.ReachedAsync();
        await first.StopAsync();

        (await pull).AssertIs(Content);
        Assert.StartsWith("bytes=", Assert.Single(edge.Origin.Log.Where(When.AnyBlob)).Range, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task UpstreamThatIgnoresRange_IsReadAgainAndCompared(int layer)
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        var content = _sample.Layers[layer].Bytes;
        edge.Origin.Behaviour.HonoursRange = false;
        edge.Origin.Faults.Add(When.AnyBlob, Fault.CutAfter(content.Length / 2));

        (await edge.Client.GetAsync(_sample.BlobPath(layer))).AssertIs(content);

        Assert.Equal(content.Length + (content.Length / 2), edge.Origin.Log.BytesSent(When.AnyBlob));
    }

    [Fact]
    public async Task UpstreamThatBeginsAnewWithOtherBytes_FailsTheFill()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        edge.Origin.Behaviour.HonoursRange = false;
        edge.Origin.Faults.Add(When.AnyBlob, Fault.CutAfter(2 * MiB));
        edge.Origin.Faults.Add(When.AnyBlob, Fault.FlipByte(MiB));

        var answer = await edge.Client.GetAsync(_sample.BlobPath(0));

        Assert.True(answer.IsTorn);
        Assert.InRange(answer.Body.Length, 0, 2 * MiB);
        Assert.True(Content.AsSpan(0, answer.Body.Length).SequenceEqual(answer.Body));
        await edge.AssertNotStoredAsync(_sample.BlobDigest(0));
    }

    [Fact]
    public async Task StorageBehindARedirect_IsAskedForTheRestByItsETag()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        edge.Origin.Behaviour.RedirectsBlobsToStorage = true;
        edge.Origin.Faults.Add(When.Storage, Fault.CutAfter(2 * MiB) with { Headers = new Dictionary<string, string?> { ["ETag"] = "\"of the storage\"" } });

        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(Content);

        var rest = edge.Origin.Log.Where(When.Storage)[1];
        Assert.Equal(("bytes=2097152-", "\"of the storage\""), (rest.Range, rest.Headers["If-Range"]));
    }
}
