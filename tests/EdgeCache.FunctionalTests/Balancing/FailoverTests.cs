using EdgeCache.Configuration;
using EdgeCache.Fleet;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Network;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Balancing;

/// <summary>Nodes that leave, fail or are slow, seen by clients of the balancer.</summary>
public sealed class FailoverTests : EdgeTests
{
    private readonly Sample _sample = Sample.Create("team/app", Sample.LargeBytes, Sample.SmallBytes);

    private string Path => _sample.BlobPath(0);

    public static TheoryData<string> FaultsBeforeTheFirstByte { get; } = ["refused", "reset", "torn headers", "no body"];

    [Theory]
    [MemberData(nameof(FaultsBeforeTheFirstByte))]
    public async Task FaultBeforeTheFirstByte_IsTheNextNodesTurn(string fault)
    {
        var fleet = await StartAsync();
        var (home, next) = HomeAndNext(fleet);
        home.Proxy.State = fault switch
        {
            "refused" => FaultProxyState.Clear with { NewConnections = NewConnections.Refuse },
            "reset" => FaultProxyState.Clear with { NewConnections = NewConnections.Reset },
            "torn headers" => FaultProxyState.Clear with { CutsAfterBytes = 40 },
            _ => FaultProxyState.Clear with { CutsAfterBytes = await HeadBytesAsync(home) },
        };
        home.Proxy.ResetConnections();

        (await fleet.Client.GetAsync(Path)).AssertIs(_sample.Layers[0].Bytes);
        Assert.Equal(200, (await fleet.Client.HeadAsync(Path)).Status);
        Assert.NotEmpty(next.Requests);
        Assert.Equal(0, await fleet.MetricAsync("edgecache_balancer_requests_total", "outcome=\"no_member\""));
    }

    [Fact]
    public async Task CutAfterTheFirstByte_IsSeen_AndAnotherNodeGoesOnFromThere()
    {
        var fleet = await StartAsync();
        var (home, _) = HomeAndNext(fleet);
        home.Proxy.State = FaultProxyState.Clear with { CutsAfterBytes = Sample.LargeBytes / 2 };

        var first = await fleet.Client.GetAsync(Path);
        Assert.Equal(200, first.Status);
        Assert.True(first.IsTorn);
        Assert.InRange(first.Body.Length, 1, Sample.LargeBytes - 1);
        Assert.Equal(1, fleet.CountsOf(Path).Sum());

        home.Kill();
        var rest = await fleet.Client.GetAsync(Path, ("Range", $"bytes={first.Body.Length}-"), ("If-Range", first["ETag"]!)); // A 200 has one.
        Assert.Equal(206, rest.Status);
        Assert.Equal(first["ETag"], rest["ETag"]);
        Assert.Equal(_sample.Layers[0].Bytes, first.Body.Concat(rest.Body));
        Assert.Equal(1, await fleet.MetricAsync("edgecache_balancer_requests_total", "outcome=\"cut\""));
    }

    [Fact]
    public async Task NodeThatWaitsForItsUpstream_IsNotGivenUp()
    {
        var fleet = await StartAsync();
        var gate = fleet.Origin.HoldHeaders(When.AnyBlob);
        var pull = fleet.Client.GetAsync(Path);
        await gate.ReachedAsync();
        var (home, _) = HomeAndNext(fleet);
        // Asked after the first second whether it lives, and again after another.
        var before = home.Proxy.Counters.BytesToTarget;
        await Eventually.TrueAsync(() => home.Proxy.Counters.BytesToTarget > before);
        before = home.Proxy.Counters.BytesToTarget;
        await Eventually.TrueAsync(() => home.Proxy.Counters.BytesToTarget > before);
        Assert.False(pull.IsCompleted);
        gate.Release();
        (await pull).AssertIs(_sample.Layers[0].Bytes);
        Assert.Equal(1, fleet.CountsOf(Path).Sum());
    }

    [Fact]
    public async Task SilentNode_IsGivenUp()
    {
        var fleet = await StartAsync(new BalancedSetup
        {
            Balancer = options => options with { Fleet = options.Fleet with { ProbeTimeout = TimeSpan.FromSeconds(2) } },
        });
        var (home, next) = HomeAndNext(fleet);
        home.Proxy.State = FaultProxyState.Clear with { IsHalfOpen = true };
        (await fleet.Client.GetAsync(Path)).AssertIs(_sample.Layers[0].Bytes);
        Assert.Empty(home.Requests);
        Assert.Single(next.Requests);
        Assert.Equal(MemberState.Unreachable, fleet.Members.All.Single(member => member.Address.Url == home.Url).State);
    }

    [Fact]
    public async Task NodeAtItsLimit_IsTheNextNodesTurn()
    {
        var fleet = await StartAsync(new BalancedSetup { Node = node => node with { Limits = node.Limits with { MaxConcurrentFills = 1 } } }.WithoutBound());
        var sample = SameHomeAsFirst(fleet);
        var gate = fleet.Origin.HoldAt(_sample.BlobDigest(0), 0);
        var held = fleet.Client.GetAsync(Path);
        await gate.ReachedAsync();
        (await fleet.Client.GetAsync(sample.BlobPath(0))).AssertIs(sample.Layers[0].Bytes);
        Assert.Equal(2, fleet.CountsOf(sample.BlobPath(0)).Sum());
        gate.Release();
        (await held).AssertIs(_sample.Layers[0].Bytes);
    }

    [Fact]
    public async Task UpstreamsFailure_IsNotAskedForAgainElsewhere()
    {
        var fleet = await StartAsync();
        fleet.Origin.Faults.Always(When.AnyBlob, Fault.Status(500));
        (await fleet.Client.GetAsync(Path)).AssertFails(503, "UNKNOWN");
        Assert.Equal(1, fleet.CountsOf(Path).Sum());
    }

    [Fact]
    public async Task NoNodeThere_Is503()
    {
        var fleet = await StartAsync();
        fleet.Nodes.ForEach(node => node.Kill());
        var answer = await fleet.Client.GetAsync(Path);
        answer.AssertFails(503, "UNKNOWN");
        Assert.Equal("1", answer["Retry-After"]);
    }

    [Fact]
    public async Task DrainingNode_LeavesWithoutAFailedPull()
    {
        var fleet = await StartAsync(new BalancedSetup { Nodes = 2 });
        using var stop = new CancellationTokenSource();
        var pulling = Enumerable.Range(0, 4).Select(async _ =>
        {
            var failed = 0;
            while (!stop.IsCancellationRequested)
            {
                var answer = await fleet.Client.GetAsync(Path);
                failed += answer is { Status: 200, IsTorn: false } ? 0 : 1;
            }

            return failed;
        }).ToList();
        var (home, next) = HomeAndNext(fleet);
        await Eventually.TrueAsync(() => home.Requests.Count > 20);
        await home.StopAsync();
        var before = next.Requests.Count;
        await Eventually.TrueAsync(() => next.Requests.Count > before + 20);
        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(pulling), failed => Assert.Equal(0, failed));
    }

    [Fact]
    public async Task NodeThatIsNotReady_IsAskedNothing()
    {
        var fleet = await StartAsync(new BalancedSetup
        {
            Nodes = 2,
            Node = node => node with { Drain = new DrainOptions { Delay = TimeSpan.FromMinutes(5) } },
            Balancer = options => options with { Fleet = options.Fleet with { ProbeInterval = TimeSpan.FromMilliseconds(200) } },
        });
        var (home, next) = HomeAndNext(fleet);
        var stopping = home.StopAsync();
        await Eventually.TrueAsync(() => fleet.Members.All.Any(member => member.State == MemberState.NotReady));
        (await fleet.Client.GetAsync(Path)).AssertIs(_sample.Layers[0].Bytes);
        Assert.Empty(home.Requests);
        Assert.Single(next.Requests);
        Assert.False(stopping.IsCompleted);
    }

    /// <summary>Its answer says so: the next probe is a minute away.</summary>
    [Fact]
    public async Task NodeThatDrains_IsAskedOnceMore()
    {
        var fleet = await StartAsync(new BalancedSetup { Nodes = 2, Node = node => node with { Drain = new DrainOptions { Delay = TimeSpan.FromMinutes(5) } } });
        var (home, next) = HomeAndNext(fleet);
        var stopping = home.StopAsync();
        for (var round = 0; round < 2; round++)
        {
            var answer = await fleet.Client.GetAsync(Path);
            answer.AssertIs(_sample.Layers[0].Bytes);
            Assert.Null(answer["EdgeCache-Draining"]);
        }

        Assert.Single(home.Requests);
        Assert.Single(next.Requests);
        Assert.False(stopping.IsCompleted);
    }

    private async Task<BalancedFleet> StartAsync(BalancedSetup? setup = null) =>
        Own(await BalancedFleet.StartAsync((setup ?? new BalancedSetup()) with { Repositories = [_sample.Repository] }));

    private (BalancedNode Home, BalancedNode Next) HomeAndNext(BalancedFleet fleet)
    {
        var ranking = fleet.Ranking(_sample.BlobDigest(0));
        return (ranking[0], ranking[1]);
    }

    /// <summary>Adds a repository whose layer has the same home as the first layer.</summary>
    private Sample SameHomeAsFirst(BalancedFleet fleet)
    {
        var home = HomeAndNext(fleet).Home;
        for (var seed = 2; ; seed++)
        {
            var sample = Sample.CreateSeeded($"team/app{seed}", seed, Sample.SmallBytes);
            if (fleet.Ranking(sample.BlobDigest(0))[0] == home)
            {
                fleet.Origin.Content.Add(sample.Repository);
                return sample;
            }
        }
    }

    /// <summary>How long the headers are that the node sends for the blob, which it then has.</summary>
    private async Task<long> HeadBytesAsync(BalancedNode node)
    {
        using (var client = new EdgeClient(node.Url))
        {
            (await client.GetAsync(Path)).AssertIs(_sample.Layers[0].Bytes);
        }

        await using var raw = await RawHttpClient.ConnectAsync(node.Url);
        await raw.SendAsync($"HEAD {Path} HTTP/1.1\r\nHost: x\r\n\r\n");
        return (await raw.ReadHeadAsync()).Length;
    }
}
