using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Pulls;

public sealed class TagFreshnessTests : EdgeTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StaleIfError = TimeSpan.FromHours(1);
    private readonly Sample _sample = Sample.Create("team/app", 10);

    [Fact]
    public async Task FreshTag_IsServedWithoutAsking()
    {
        var edge = await StartWarmAsync();

        Clock.Advance(Lifetime - TimeSpan.FromSeconds(1));
        var answer = await edge.Client.GetAsync(_sample.TagPath());

        answer.AssertIs(_sample.Image.Bytes);
        Assert.Equal(("EdgeCache; hit; ttl=1", "299"), (answer.CacheStatus, answer["Age"]));
        Assert.Empty(edge.Origin.Log.Requests);
    }

    [Fact]
    public async Task StaleTag_IsRevalidatedByOneHead_HoweverManyAsk()
    {
        var edge = await StartWarmAsync();
        Clock.Advance(Lifetime);
        var gate = edge.Origin.HoldHeaders(When.AnyManifest);

        var pulls = Enumerable.Range(0, 100).Select(_ => edge.Client.GetAsync(_sample.TagPath())).ToArray();
        await gate.ReachedAsync();
        gate.Release();
        var answers = await Task.WhenAll(pulls);

        Assert.All(answers, answer => answer.AssertIs(_sample.Image.Bytes));
        Assert.Contains(answers, answer => answer.CacheStatus == "EdgeCache; fwd=stale; detail=revalidated; fwd-status=200");
        Assert.Equal(OriginRequestKind.ManifestHead, Assert.Single(edge.Origin.Log.TakeAll()).Kind);
        Assert.Equal("EdgeCache; hit; ttl=300", (await edge.Client.GetAsync(_sample.TagPath())).CacheStatus);
        Assert.Empty(edge.Origin.Log.Requests);
    }

    [Fact]
    public async Task MovedTag_IsAHeadAndAGetByDigest()
    {
        var edge = await StartWarmAsync();
        var moved = Move(edge);
        Assert.Empty(edge.Origin.Log.Requests);
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        Clock.Advance(Lifetime);

        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(moved.Image.Bytes);

        Assert.Equal(
            [(OriginRequestKind.ManifestHead, "latest"), (OriginRequestKind.ManifestGet, moved.Image.Digest.ToString())],
            edge.Origin.Log.TakeAll().Select(request => (request.Kind, request.Reference)));
        (await edge.Client.GetAsync(_sample.ManifestPath)).AssertIs(_sample.Image.Bytes);
        Assert.Empty(edge.Origin.Log.Requests);
    }

    [Fact]
    public async Task HeadOfAMovedTag_SpendsNoGet()
    {
        var edge = await StartWarmAsync();
        var moved = Move(edge);
        Clock.Advance(Lifetime);

        Assert.Equal(moved.Image.Digest.ToString(), (await edge.Client.HeadAsync(_sample.TagPath()))["Docker-Content-Digest"]);

        Assert.Equal(OriginRequestKind.ManifestHead, Assert.Single(edge.Origin.Log.Requests).Kind);
    }

    [Fact]
    public async Task HeadWithoutDigest_IsFollowedByAConditionalGet()
    {
        var edge = await StartWarmAsync();
        edge.Origin.Behaviour.SendsDigest = false;
        Clock.Advance(Lifetime);

        var same = await edge.Client.GetAsync(_sample.TagPath());
        same.AssertIs(_sample.Image.Bytes);
        Assert.Equal("EdgeCache; fwd=stale; detail=revalidated; fwd-status=304", same.CacheStatus);
        var requests = edge.Origin.Log.TakeAll();
        Assert.Equal([OriginRequestKind.ManifestHead, OriginRequestKind.ManifestGet], requests.Select(request => request.Kind));
        Assert.Contains(_sample.Image.Digest.ToString(), requests[1].IfNoneMatch, StringComparison.Ordinal);
        Assert.Equal(0, requests[1].BytesSent);

        var moved = Move(edge);
        Clock.Advance(Lifetime);
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(moved.Image.Bytes);
        Assert.Equal(2, edge.Origin.Log.Requests.Count);
    }

    [Fact]
    public async Task ImmutableTag_IsNeverAskedAgain()
    {
        var edge = await StartAsync(Setup() with { Upstream = upstream => upstream with { ImmutableTags = ["team/app:v*"] } });
        edge.Origin.Content.MoveTag(_sample.Name, "v1", _sample.Image.Digest);
        (await edge.Client.GetAsync(_sample.TagPath("v1"))).AssertIs(_sample.Image.Bytes);
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        edge.Origin.Log.Clear();
        Clock.SetUtcNow(Clock.GetUtcNow().AddDays(400));
        Clock.Advance(TimeSpan.FromSeconds(1));

        var answer = await edge.Client.GetAsync(_sample.TagPath("v1"));
        answer.AssertIs(_sample.Image.Bytes);
        Assert.Equal("EdgeCache; hit", answer.CacheStatus);
        Assert.Empty(edge.Origin.Log.Requests);
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        Assert.Single(edge.Origin.Log.Requests);
    }

    [Theory]
    [InlineData(500, "stale-5xx")]
    [InlineData(503, "stale-5xx")]
    [InlineData(429, "stale-429")]
    [InlineData(0, "stale-unreachable")]
    public async Task FailingUpstream_StaleIsServedForItsTime(int status, string detail)
    {
        var edge = await StartWarmAsync();
        Fail(edge, status);
        Clock.Advance(Lifetime * 2);

        var stale = await edge.Client.GetAsync(_sample.TagPath());
        stale.AssertIs(_sample.Image.Bytes);
        Assert.Equal("600", stale["Age"]);
        Assert.StartsWith($"EdgeCache; fwd=stale; detail={detail}", stale.CacheStatus, StringComparison.Ordinal);
        Assert.EndsWith("; ttl=-300", stale.CacheStatus, StringComparison.Ordinal);

        Clock.Advance(StaleIfError);
        (await edge.Client.GetAsync(_sample.TagPath())).AssertFails(503, "UNKNOWN");
        (await edge.Client.GetAsync(_sample.ManifestPath)).AssertIs(_sample.Image.Bytes);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task UpstreamThatRefuses_IsNotBridged(int status)
    {
        var edge = await StartWarmAsync();
        Fail(edge, status);
        Clock.Advance(Lifetime);

        (await edge.Client.GetAsync(_sample.TagPath())).AssertFails(403, "DENIED");
    }

    [Fact]
    public async Task TagThatIsGone_IsForgotten()
    {
        var edge = await StartWarmAsync();
        edge.Origin.Content.RemoveTag(_sample.Name, "latest");
        Clock.Advance(Lifetime);

        (await edge.Client.GetAsync(_sample.TagPath())).AssertFails(404, "MANIFEST_UNKNOWN");
        await edge.Origin.StopAsync();

        (await edge.Client.GetAsync(_sample.TagPath())).AssertFails(503, "UNKNOWN");
        (await edge.Client.GetAsync(_sample.ManifestPath)).AssertIs(_sample.Image.Bytes);
    }

    [Fact]
    public async Task AbsentTag_IsAskedOnceIn10Seconds_AndANewOneIsSeenThen()
    {
        var edge = await StartAsync(Setup());
        for (var pull = 0; pull < 5; pull++)
        {
            (await edge.Client.GetAsync(_sample.TagPath("new"))).AssertFails(404, "MANIFEST_UNKNOWN");
        }

        Assert.Single(edge.Origin.Log.TakeAll());
        edge.Origin.Content.MoveTag(_sample.Name, "new", _sample.Image.Digest);
        Clock.Advance(TimeSpan.FromSeconds(10));
        (await edge.Client.GetAsync(_sample.TagPath("new"))).AssertIs(_sample.Image.Bytes);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task ClockThatJumpsADay_MakesNoTagStaleAtOnceAndNoneImmortal(int days)
    {
        var edge = await StartWarmAsync();
        Clock.SetUtcNow(Clock.GetUtcNow().AddDays(days));
        for (var second = 0; second < 60; second++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.StartsWith("EdgeCache; hit; ttl=", (await edge.Client.GetAsync(_sample.TagPath())).CacheStatus, StringComparison.Ordinal);
        }

        Assert.Empty(edge.Origin.Log.Requests);
        Clock.Advance(Lifetime);
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        Assert.Equal(OriginRequestKind.ManifestHead, Assert.Single(edge.Origin.Log.TakeAll()).Kind);
        Assert.StartsWith("EdgeCache; hit", (await edge.Client.GetAsync(_sample.TagPath())).CacheStatus, StringComparison.Ordinal);
        Assert.Empty(edge.Origin.Log.Requests);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task ClockThatJumpsADayOverARestart_IsOneHeadHoweverManyAsk(int days)
    {
        var edge = await StartWarmAsync();
        await edge.StopNodeAsync();
        Clock.SetUtcNow(Clock.GetUtcNow().AddDays(days));
        await edge.StartNodeAsync();
        await edge.Store.Loaded;
        var gate = edge.Origin.HoldHeaders(When.AnyManifest);

        var pulls = Enumerable.Range(0, 100).Select(_ => edge.Client.GetAsync(_sample.TagPath())).ToArray();
        await gate.ReachedAsync();
        gate.Release();

        Assert.All(await Task.WhenAll(pulls), answer => answer.AssertIs(_sample.Image.Bytes));
        Assert.Equal(OriginRequestKind.ManifestHead, Assert.Single(edge.Origin.Log.TakeAll()).Kind);
        Clock.Advance(Lifetime);
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        Assert.Single(edge.Origin.Log.Requests);
    }

    private static void Fail(EdgeFixture edge, int status) =>
        edge.Origin.Faults.Always(When.AnyManifest, status == 0 ? Fault.Reset : Fault.Status(status));

    private static Sample Move(EdgeFixture edge)
    {
        var builder = new EdgeCache.Demo.SampleRepositoryBuilder("team/app");
        _ = builder.AddImage([EdgeCache.Demo.SampleLayer.Opaque(1000, 10)], "old");
        var moved = Sample.CreateSeeded("team/app", 2, 20);
        _ = builder.AddManifest(moved.Image.MediaType, moved.Image.Bytes, "latest");
        edge.Origin.Content.Add(builder.Build());
        return moved;
    }

    private EdgeSetup Setup() => new()
    {
        Repositories = [_sample.Repository],
        Clock = Clock,
        Upstream = upstream => upstream with { TagFreshness = Lifetime, StaleIfError = StaleIfError },
    };

    private async Task<EdgeFixture> StartWarmAsync()
    {
        var edge = await StartAsync(Setup());
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        edge.Origin.Log.Clear();
        return edge;
    }
}
