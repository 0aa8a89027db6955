using EdgeCache.Core.Caching;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Origin;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Faults;

/// <summary>What clients get while their upstream gives nothing, as its configuration says.</summary>
public sealed class OutageContractTests : EdgeTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private readonly Sample _sample = Sample.Create("team/app", Sample.SmallBytes, Sample.SmallBytes);

    /// <summary>Every kind of outage with every action: the status of a tag that is held, and of a blob that is not.</summary>
    public static TheoryData<string, OutageAction, string, int> Outages { get; } = new()
    {
        { "reset", OutageAction.Stale, "stale-unreachable", 503 },
        { "reset", OutageAction.Pass, "503", 503 },
        { "reset", OutageAction.Fail, "503 and Retry-After", 503 },
        { "502", OutageAction.Stale, "stale-5xx", 503 },
        { "502", OutageAction.Pass, "503", 503 },
        { "502", OutageAction.Fail, "503 and Retry-After", 503 },
        { "gzip", OutageAction.Stale, "stale-5xx", 502 },
        { "gzip", OutageAction.Pass, "502", 502 },
        { "429", OutageAction.Stale, "stale-429", 503 },
        { "429", OutageAction.Fail, "503 and Retry-After", 503 },
        { "401", OutageAction.Stale, "stale-denied", 403 },
        { "403", OutageAction.Stale, "stale-denied", 403 },
        { "403", OutageAction.Pass, "403", 403 },
        { "403", OutageAction.Fail, "503 and Retry-After", 503 },
        { "404", OutageAction.Stale, "stale-404", 404 },
        { "404", OutageAction.Pass, "404", 404 },
        { "404", OutageAction.Fail, "503 and Retry-After", 503 },
    };

    [Theory]
    [MemberData(nameof(Outages))]
    public async Task Outage_IsTreatedAsTheContractSays(string fault, OutageAction action, string tag, int blobStatus)
    {
        var edge = await StartWarmAsync(upstream => upstream with { Outage = Everywhere(action) });
        edge.Origin.Faults.Always(When.Any, UpstreamFault.OfHeaders[fault].Fault(edge.Origin));

        Assert.Equal(tag, Describe(await edge.Client.GetAsync(_sample.TagPath())));

        // What is held is held, and what is not cannot be had.
        (await edge.Client.GetAsync(_sample.ManifestPath)).AssertIs(_sample.Image.Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        Assert.Equal(blobStatus, (await edge.Client.GetAsync(_sample.BlobPath(1))).Status);
        Assert.Equal(fault == "404" ? 404 : blobStatus, (await edge.Client.GetAsync($"/v2/{_sample.Name}/tags/list")).Status);
    }

    [Fact]
    public async Task TagThatUpstreamDeleted_OutlivesItWhereThe404IsNotPassedOn()
    {
        var edge = await StartWarmAsync(upstream => upstream with { Outage = new OutageContract { NotFound = OutageAction.Stale } });
        edge.Origin.Content.RemoveTag(_sample.Name, "latest");

        Assert.Equal("stale-404", Describe(await edge.Client.GetAsync(_sample.TagPath())));
        await edge.Origin.StopAsync();
        await edge.RestartNodeAsync();

        Assert.Equal("stale-unreachable", Describe(await edge.Client.GetAsync(_sample.TagPath())));
        (await edge.Client.GetAsync(_sample.ManifestPath)).AssertIs(_sample.Image.Bytes);
    }

    [Fact]
    public async Task OfflineUpstream_GivesWhatIsHeldAtAnyAge_AndIsNeverAsked()
    {
        var isOffline = false;
        var edge = await StartWarmAsync(upstream => upstream with { Offline = isOffline });
        await edge.StopNodeAsync();
        isOffline = true;
        Clock.SetUtcNow(Clock.GetUtcNow().AddDays(300));
        await edge.StartNodeAsync();
        edge.Origin.Log.Clear();

        var tag = await edge.Client.GetAsync(_sample.TagPath());
        tag.AssertIs(_sample.Image.Bytes);
        Assert.StartsWith("EdgeCache; hit; detail=offline; ttl=-", tag.CacheStatus, StringComparison.Ordinal);
        Assert.Equal(200, (await edge.Client.HeadAsync(_sample.TagPath())).Status);
        (await edge.Client.GetAsync(_sample.ManifestPath)).AssertIs(_sample.Image.Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        string[] absent = [_sample.TagPath("other"), _sample.BlobPath(1), $"/v2/{_sample.Name}/tags/list", EdgeClient.Blob("team/other", _sample.BlobDigest(0))];
        foreach (var path in absent)
        {
            var answer = await edge.Client.GetAsync(path);
            answer.AssertFails(504, "UNKNOWN");
            Assert.Contains("Offline", System.Text.Encoding.UTF8.GetString(answer.Body), StringComparison.Ordinal);
        }

        Assert.Equal("EdgeCache; detail=offline", (await edge.Client.GetAsync(_sample.TagPath("other"))).CacheStatus);
        Assert.Empty(edge.Origin.Log.Requests);
    }

    /// <summary>The detail of a stale answer, else the status and whether it says when to come back.</summary>
    private string Describe(EdgeAnswer answer)
    {
        if (answer.Status != 200)
        {
            return answer["Retry-After"] is null ? $"{answer.Status}" : $"{answer.Status} and Retry-After";
        }

        answer.AssertIs(_sample.Image.Bytes);
        return answer.CacheStatus.Split("; ").Single(part => part.StartsWith("detail=", StringComparison.Ordinal))["detail=".Length..];
    }

    private static OutageContract Everywhere(OutageAction action) =>
        new() { Unreachable = action, ServerError = action, RateLimited = action, Denied = action, NotFound = action };

    /// <summary>A node that holds the manifest and the first layer, and whose tag is no longer fresh.</summary>
    private async Task<EdgeFixture> StartWarmAsync(Func<UpstreamOptions, UpstreamOptions> upstream)
    {
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_sample.Repository],
            Clock = Clock,
            Upstream = options => upstream(options with { TagFreshness = Lifetime }),
        });
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        await edge.SettleAsync();
        Clock.Advance(Lifetime);
        return edge;
    }
}
