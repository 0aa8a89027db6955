using EdgeCache.Testing.Edge;
using Xunit;

namespace EdgeCache.FunctionalTests.Tiers;

/// <summary>Whichever way a branch's client names the upstream, the region and the registry are asked for the same.</summary>
public sealed class TieredRoutingTests : TierTests
{
    private readonly Sample _hub = Sample.Create("library/hello", Sample.SmallBytes);
    private readonly Sample _team = Sample.Create("team/app", Sample.SmallBytes);

    [Theory]
    [InlineData("/v2/hello/", "", null, "docker.io")]
    [InlineData("/v2/docker.io/hello/", "", null, "docker.io")]
    [InlineData("/v2/docker.io/library/hello/", "?ns=docker.io", null, "docker.io")]
    [InlineData("/v2/other.example:5000/library/hello/", "", null, "other.example%3A5000")]
    [InlineData("/v2/library/hello/", "?ns=other.example:5000", null, "other.example%3A5000")]
    [InlineData("/v2/library/hello/", "", EdgeFixture.OtherHost, "other.example%3A5000")]
    public async Task NamedUpstream_IsSaidToTheRegionAsNs(string path, string query, string? host, string ns)
    {
        var (branch, region) = await StartTiersAsync([_hub]);
        (string, string)[] headers = host is null ? [] : [("Host", host)];

        (await branch.Client.GetAsync($"{path}manifests/latest{query}", headers)).AssertIs(_hub.Image.Bytes);
        (await branch.Client.GetAsync($"{path}blobs/{_hub.BlobDigest(0)}{query}", headers)).AssertIs(_hub.Layers[0].Bytes);
        Assert.Equal(200, (await branch.Client.GetAsync($"{path}tags/list{query}", headers)).Status);

        Assert.Equal(
            [
                $"GET /v2/library/hello/manifests/latest?ns={ns}",
                $"GET /v2/library/hello/blobs/{_hub.BlobDigest(0)}?ns={ns}",
                $"GET /v2/library/hello/tags/list?ns={ns}",
            ],
            TakeRequests(region));
        Assert.All(region.Origin.Log.Requests, request => Assert.Equal(("library/hello", string.Empty), (request.Repository, request.Query)));
    }

    [Fact]
    public async Task BasePath_CanNameTheRegionsUpstreamInstead()
    {
        var (branch, region) = await StartTiersAsync(
            [_hub, _team],
            upstream => upstream with { Endpoints = [new Uri(upstream.Endpoints[0], "/docker.io")], SendNamespace = false });

        (await branch.Client.GetAsync("/v2/hello/manifests/latest")).AssertIs(_hub.Image.Bytes);
        (await branch.Client.GetAsync("/v2/team/app/manifests/latest")).AssertIs(_team.Image.Bytes);

        Assert.Equal(
            ["GET /v2/docker.io/library/hello/manifests/latest", "GET /v2/docker.io/team/app/manifests/latest"], TakeRequests(region));
        Assert.Equal(["library/hello", "team/app"], region.Origin.Log.Requests.Select(request => request.Repository));
    }

    [Fact]
    public async Task RequestOfTheBranch_CarriesNothingOfItsClients()
    {
        var (branch, region) = await StartTiersAsync([_team]);

        (await branch.Client.GetAsync(
            _team.TagPath(), ("Authorization", "Basic c2VjcmV0"), ("Cookie", "secret"), ("X-Secret", "1"), ("CDN-Loop", "secret"), ("Via", "1.1 secret")))
            .AssertIs(_team.Image.Bytes);

        Assert.True(region.Requests.TryDequeue(out var request));
        Assert.Equal(["Accept", "Accept-Encoding", "CDN-Loop", "Host", "User-Agent"], request.Headers.Keys.Order());
        Assert.DoesNotContain("secret", request.Headers["CDN-Loop"], StringComparison.Ordinal);
        Assert.Equal(2, Assert.Single(region.Origin.Log.Requests).Header("CDN-Loop")?.Split(", ").Length);
    }

    [Fact]
    public async Task PagesOfTags_AreLinkedThroughBothTiers()
    {
        var (branch, region) = await StartTiersAsync([_team]);
        foreach (var tag in (string[])["v1", "v2", "v3"])
        {
            region.Origin.Content.MoveTag(_team.Name, tag, _team.Image.Digest);
        }

        var target = $"/v2/{_team.Name}/tags/list?n=3&ns=other.example%3A5000";
        var first = await branch.Client.GetAsync(target);
        Assert.Equal((200, "EdgeCache; fwd=bypass, EdgeCache; fwd=bypass"), (first.Status, first.CacheStatus));
        var link = Assert.IsType<string>(first["Link"]);
        Assert.StartsWith($"</v2/{_team.Name}/tags/list?", link, StringComparison.Ordinal);
        Assert.Contains("ns=other.example%3A5000", link, StringComparison.Ordinal);

        var second = await branch.Client.GetAsync(link[1..link.IndexOf('>')]);

        Assert.Equal(200, second.Status);
        Assert.Null(second["Link"]);
        Assert.Equal("other.example:5000", second["OCI-Namespace"]);
    }

    [Fact]
    public async Task Catalog_IsTheNamedUpstreams()
    {
        var (branch, region) = await StartTiersAsync([_team], node: options => options with { AllowCatalog = true });

        Assert.Equal(200, (await branch.Client.GetAsync("/v2/_catalog?ns=other.example:5000")).Status);

        Assert.Equal(["GET /v2/_catalog?ns=other.example%3A5000"], TakeRequests(region));
    }
}
