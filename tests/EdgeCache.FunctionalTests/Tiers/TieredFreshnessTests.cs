using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Tiers;

/// <summary>Freshness counts from the registry's word, not from each cache's (RFC 9111, section 4.2.3).</summary>
public sealed class TieredFreshnessTests : TierTests
{
    private const string Revalidated = "EdgeCache; fwd=stale; detail=revalidated; fwd-status=200";
    private readonly Sample _sample = Sample.Create("team/app", 10);

    [Fact]
    public async Task AgeAtTheRegion_CountsAtTheBranch()
    {
        var (branch, region) = await StartTiersAsync([_sample]);
        (await region.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        region.Origin.Log.Clear();
        Clock.Advance(Lifetime - TimeSpan.FromSeconds(1));

        var first = await branch.Client.GetAsync(_sample.TagPath());
        var second = await branch.Client.GetAsync(_sample.TagPath());
        Clock.Advance(TimeSpan.FromSeconds(1));
        var third = await branch.Client.GetAsync(_sample.TagPath());
        var fourth = await branch.Client.GetAsync(_sample.TagPath());

        Assert.All([first, second, third, fourth], answer => answer.AssertIs(_sample.Image.Bytes));
        Assert.Equal(("299", "EdgeCache; hit; ttl=1, EdgeCache; fwd=miss; stored; fwd-status=200"), (first["Age"], first.CacheStatus));
        Assert.Equal(("299", "EdgeCache; hit; ttl=1"), (second["Age"], second.CacheStatus));
        Assert.Equal((null, $"{Revalidated}, {Revalidated}"), (third["Age"], third.CacheStatus));
        Assert.Equal(("0", "EdgeCache; hit; ttl=300"), (fourth["Age"], fourth.CacheStatus));
        Assert.Equal(OriginRequestKind.ManifestHead, Assert.Single(region.Origin.Log.Requests).Kind);
    }

    [Fact]
    public async Task RevalidationByHead_TakesTheRegionsAge()
    {
        var (branch, region) = await StartTiersAsync([_sample], upstream => upstream with { TagFreshness = TimeSpan.FromMinutes(1) });
        (await branch.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        _ = TakeRequests(region);
        region.Origin.Log.Clear();
        Clock.Advance(TimeSpan.FromMinutes(2));

        // A minute is all that this branch allows, and the region's word is two minutes old: every request asks the region, none the registry.
        foreach (var age in (string[])["120", "120"])
        {
            var answer = await branch.Client.GetAsync(_sample.TagPath());
            Assert.Equal((age, $"EdgeCache; hit; ttl=180, {Revalidated}"), (answer["Age"], answer.CacheStatus));
        }

        var head = await branch.Client.HeadAsync(_sample.TagPath());
        Assert.Equal(("120", $"EdgeCache; hit; ttl=180, {Revalidated}"), (head["Age"], head.CacheStatus));
        Assert.All(TakeRequests(region), request => Assert.StartsWith("HEAD ", request, StringComparison.Ordinal));
        Assert.Empty(region.Origin.Log.Requests);
    }

    [Fact]
    public async Task MovedTag_HasTheAgeOfTheWordThatItMoved()
    {
        var (branch, region) = await StartTiersAsync([_sample]);
        (await branch.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        var moved = Sample.CreateSeeded("team/app", 2, 20);
        region.Origin.Content.Add(moved.Repository);
        Clock.Advance(Lifetime);
        (await region.Client.GetAsync(_sample.TagPath())).AssertIs(moved.Image.Bytes);
        Clock.Advance(TimeSpan.FromSeconds(40));

        var first = await branch.Client.GetAsync(_sample.TagPath());
        var second = await branch.Client.GetAsync(_sample.TagPath());

        Assert.All([first, second], answer => answer.AssertIs(moved.Image.Bytes));
        Assert.Equal("40", first["Age"]);
        Assert.Equal(("40", "EdgeCache; hit; ttl=260"), (second["Age"], second.CacheStatus));
    }

    [Fact]
    public async Task TagWhoseBytesAreFetchedLater_KeepsItsAge()
    {
        var (branch, region) = await StartTiersAsync([_sample]);
        Assert.Equal(200, (await region.Client.HeadAsync(_sample.TagPath())).Status);
        Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("20", (await branch.Client.HeadAsync(_sample.TagPath()))["Age"]);
        Clock.Advance(TimeSpan.FromSeconds(30));

        var answer = await branch.Client.GetAsync(_sample.TagPath());

        answer.AssertIs(_sample.Image.Bytes);
        Assert.Equal("50", answer["Age"]);
        Assert.Equal("EdgeCache; hit; ttl=250", (await branch.Client.GetAsync(_sample.TagPath())).CacheStatus);
    }

    [Fact]
    public async Task FailingRegistry_TheRegionsStaleAnswerIsNeverFreshAtTheBranch()
    {
        var (branch, region) = await StartTiersAsync([_sample]);
        (await branch.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        region.Origin.Faults.Always(When.AnyManifest, Fault.Status(503));
        Clock.Advance(Lifetime * 2);

        for (var pull = 0; pull < 2; pull++)
        {
            var stale = await branch.Client.GetAsync(_sample.TagPath());
            stale.AssertIs(_sample.Image.Bytes);
            Assert.Equal("600", stale["Age"]);
            Assert.Equal($"EdgeCache; fwd=stale; detail=stale-5xx; fwd-status=503; ttl=-300, {Revalidated}", stale.CacheStatus);
        }

        region.Origin.Faults.Clear();
        (await branch.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        Assert.Equal("EdgeCache; hit; ttl=300", (await branch.Client.GetAsync(_sample.TagPath())).CacheStatus);

        region.Origin.Faults.Always(When.AnyManifest, Fault.Status(503));
        Clock.Advance(Lifetime + StaleIfError + TimeSpan.FromSeconds(1));
        (await branch.Client.GetAsync(_sample.TagPath())).AssertFails(503, "UNKNOWN");
    }

    [Fact]
    public async Task RegionThatIsDown_IsBridgedByTheBranch()
    {
        var (branch, region) = await StartTiersAsync([_sample]);
        (await branch.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        await region.StopNodeAsync();
        Clock.Advance(Lifetime * 2);

        var stale = await branch.Client.GetAsync(_sample.TagPath());

        stale.AssertIs(_sample.Image.Bytes);
        Assert.Equal(("600", "EdgeCache; fwd=stale; detail=stale-unreachable; ttl=-300"), (stale["Age"], stale.CacheStatus));
        (await branch.Client.GetAsync(_sample.ManifestPath)).AssertIs(_sample.Image.Bytes);
        (await branch.Client.GetAsync(_sample.BlobPath(0))).AssertFails(503, "UNKNOWN");
    }

    [Fact]
    public async Task RegionThatIsDown_LeavesTheNextEndpoint()
    {
        var origin = await StartOriginAsync(_sample.Repository);
        var (branch, region) = await StartTiersAsync([_sample], upstream => upstream with { Endpoints = [.. upstream.Endpoints, origin.Url] });
        await region.StopNodeAsync();

        (await branch.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        (await branch.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);

        Assert.All(origin.Log.Requests, request => Assert.Equal("?ns=docker.io", request.Query));
    }

    [Theory]
    [InlineData("120", "120", "EdgeCache; hit; ttl=180")]
    [InlineData("-5", null, "EdgeCache; hit; ttl=300")]
    [InlineData("soon", null, "EdgeCache; hit; ttl=300")]
    public async Task AgeOfAnyUpstream_IsReadStrictly(string sent, string? age, string next)
    {
        var (_, region) = await StartTiersAsync([_sample]);
        region.Origin.Faults.Always(When.AnyManifest, Fault.WithHeader("Age", sent));

        var answer = await region.Client.GetAsync(_sample.TagPath());

        answer.AssertIs(_sample.Image.Bytes);
        Assert.Equal((age, next), (answer["Age"], (await region.Client.GetAsync(_sample.TagPath())).CacheStatus));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task ClockThatJumpsADay_MakesNoAgedTagImmortal(int days)
    {
        var (branch, region) = await StartTiersAsync([_sample]);
        (await region.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await branch.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        _ = TakeRequests(region);
        Clock.SetUtcNow(Clock.GetUtcNow().AddDays(days));
        (await branch.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        Assert.Empty(TakeRequests(region));
        Clock.Advance(Lifetime);

        (await branch.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);

        Assert.Equal([$"HEAD {_sample.TagPath()}?ns=docker.io"], TakeRequests(region));
    }
}
