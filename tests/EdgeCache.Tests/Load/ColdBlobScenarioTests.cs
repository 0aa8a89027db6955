using EdgeCache.Demo;
using EdgeCache.Load.Http;
using EdgeCache.Load.Processes;
using EdgeCache.Load.Scenarios;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.Tests.Load;

/// <summary>Against an origin without a cache before it: the scenario must see what a cache would have hidden.</summary>
public class ColdBlobScenarioTests
{
    private const int Clients = 5;
    private static readonly SampleLayer Layer = SampleLayer.Opaque(seed: 2, sizeBytes: 300_000);

    [Fact]
    public async Task NoCache_EveryClientIsCountedUpstream()
    {
        var round = await RunAsync(Fault.None);
        Assert.Equal((Clients, Clients, 0), (round.UpstreamGets, round.Exact, round.Leaders));
        Assert.Equal(Clients * (long)Layer.Bytes.Length, round.UpstreamBytes);
        Assert.False(round.IsGood);
        Assert.Null(round.Error);
    }

    [Fact]
    public async Task OneWrongByte_IsNotExact()
    {
        var round = await RunAsync(Fault.FlipLastByte);
        Assert.Equal(Clients - 1, round.Exact);
        Assert.Contains("status 200", round.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneCutBody_IsAnError()
    {
        var round = await RunAsync(Fault.CutAfter(1000));
        Assert.Equal(Clients - 1, round.Exact);
        Assert.NotNull(round.Error);
    }

    [Fact]
    public async Task OneRefusal_IsAnError()
    {
        var round = await RunAsync(Fault.Status(503));
        Assert.Equal(Clients - 1, round.Exact);
        Assert.Contains("status 503", round.Error, StringComparison.Ordinal);
    }

    /// <param name="fault">Of the first request only.</param>
    private static async Task<ColdBlobRound> RunAsync(Fault fault)
    {
        var builder = new SampleRepositoryBuilder("load/blobs");
        builder.AddImage([Layer], "latest");
        await using var origin = await FakeOrigin.StartAsync(builder.Build());
        origin.Faults.Add(When.AnyBlob, fault);
        var scenario = new ColdBlobScenario(
            new LoadTarget(origin.Url, Environment.ProcessId),
            new ColdBlobSettings(Clients, BodyCheck.All, TimeSpan.FromMinutes(1)),
            _ => Task.FromResult(Count(origin)));
        return await scenario.RunAsync($"/v2/load/blobs/blobs/{Layer.Digest}", Layer.Digest, Layer.Bytes.Length, CancellationToken.None);
    }

    private static OriginCounts Count(FakeOrigin origin) => new(
        origin.Log.Count(OriginRequestKind.BlobGet), 0, origin.Log.Count(When.Any), origin.Log.BytesSent(When.Any), 0, 0, 0);
}
