using EdgeCache.Core.Affinity;
using EdgeCache.Core.Oci;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Balancing;

/// <summary>Which node is asked, and what it sees of the client.</summary>
public sealed class BalancingTests : EdgeTests
{
    private readonly Sample _sample = Sample.Create("team/app", Sample.LargeBytes, Sample.SmallBytes, 3000, 5000, 7000, 9000);

    [Fact]
    public async Task EachDigest_IsAskedOfItsHome()
    {
        var fleet = await StartAsync();
        for (var round = 0; round < 2; round++)
        {
            (await fleet.Client.GetAsync(_sample.ManifestPath)).AssertIs(_sample.Image.Bytes);
            for (var layer = 0; layer < _sample.Layers.Length; layer++)
            {
                (await fleet.Client.GetAsync(_sample.BlobPath(layer))).AssertIs(_sample.Layers[layer].Bytes);
                Assert.Equal(200, (await fleet.Client.HeadAsync(_sample.BlobPath(layer))).Status);
            }
        }

        var asked = fleet.Nodes.SelectMany(node => node.Requests.Select(request => (request.Path, node))).Distinct().ToList();
        Assert.Equal(_sample.Layers.Length + 1, asked.Count);
        Assert.All(asked, pair => Assert.Same(fleet.Ranking(Digest.Parse(pair.Path.Split('/')[^1]))[0], pair.node));
        Assert.Equal(_sample.Layers.Length, fleet.Origin.Log.Count(When.AnyBlob));
    }

    [Fact]
    public async Task TagsAndLists_AreAskedOfTheRepositorysHome()
    {
        var fleet = await StartAsync();
        (await fleet.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        Assert.Equal(200, (await fleet.Client.GetAsync($"/v2/{_sample.Name}/tags/list")).Status);
        await fleet.Client.GetAsync($"/v2/{_sample.Name}/referrers/{_sample.Image.Digest}");
        Assert.True(RepositoryName.TryParse(_sample.Name, out var name));
        var home = fleet.Ranking(AffinityKey.Of(new RepositoryKey(EdgeFixture.DefaultUpstream, name)))[0];
        Assert.Equal(3, home.Requests.Count);
        Assert.Equal(3, fleet.Nodes.Sum(node => node.Requests.Count));
    }

    [Fact]
    public async Task HundredClientsOnOneColdBlob_AreOneUpstreamGet()
    {
        var fleet = await StartAsync(new BalancedSetup().WithoutBound());
        var gate = fleet.Origin.HoldAt(_sample.BlobDigest(0), Sample.LargeBytes / 2);
        var pulls = Enumerable.Range(0, 100).Select(_ => fleet.Client.GetAsync(_sample.BlobPath(0))).ToList();
        await gate.ReachedAsync();
        await Eventually.TrueAsync(() => fleet.CountsOf(_sample.BlobPath(0)).Sum() == 100);
        gate.Release();
        Assert.All(await Task.WhenAll(pulls), answer => answer.AssertIs(_sample.Layers[0].Bytes));
        Assert.Equal(1, fleet.Origin.Log.Count(When.AnyBlob));
    }

    [Fact]
    public async Task HotDigest_IsSpreadByTheBound()
    {
        var fleet = await StartAsync(new BalancedSetup { Nodes = 4 });
        var gate = fleet.Origin.HoldAt(_sample.BlobDigest(0), 0);
        var pulls = new List<Task<EdgeAnswer>>();
        for (var client = 1; client <= 48; client++)
        {
            pulls.Add(fleet.Client.GetAsync(_sample.BlobPath(0)));
            await Eventually.TrueAsync(() => fleet.Members.All.Sum(member => member.InFlight) == client);
        }

        // 1.25 × 48 / 4.
        Assert.All(fleet.Members.All, member => Assert.InRange(member.InFlight, 1, 15));
        var home = fleet.Members.Rank(AffinityKey.Of(_sample.BlobDigest(0)))[0];
        Assert.Equal(15, home.InFlight);
        Assert.Equal(48, await fleet.MetricAsync("edgecache_balancer_in_flight"));
        gate.Release();
        Assert.All(await Task.WhenAll(pulls), answer => answer.AssertIs(_sample.Layers[0].Bytes));
        await Eventually.TrueAsync(() => fleet.Members.All.All(member => member.InFlight == 0));
    }

    [Fact]
    public async Task WhatANodeSees_IsTheClientsRequest_WithoutWhatClientsMayNotSay()
    {
        var fleet = await StartAsync();
        (string, string)[] headers =
        [
            ("Host", EdgeFixture.OtherHost), ("Authorization", "Basic Y2xpZW50OnNlY3JldA=="), ("Range", "bytes=10-19"), ("Accept-Encoding", "gzip"),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("X-Forwarded-For", "10.9.8.7"), ("X-Forwarded-Host", "forged"),
            ("Forwarded", "for=10.9.8.7"), ("X-Real-IP", "10.9.8.7"), ("EdgeCache-Sibling", "forged"), ("X-Hop", "1"), ("Connection", "X-Hop"),
            ("If-Range", $"\"{_sample.BlobDigest(0)}\""), ("Content-Type", "text/plain"),
        ];

        var answer = await fleet.Client.GetAsync(_sample.BlobPath(0) + "?x=%2F", headers);
        Assert.Equal(206, answer.Status);
        Assert.Equal(_sample.Layers[0].Bytes[10..20], answer.Body);
        Assert.Equal($"bytes 10-19/{Sample.LargeBytes}", answer["Content-Range"]);
        Assert.Equal($"\"{_sample.BlobDigest(0)}\"", answer["ETag"]);
        Assert.StartsWith("EdgeCache; ", answer.CacheStatus, StringComparison.Ordinal);
        var seen = Assert.Single(fleet.Nodes.SelectMany(node => node.Requests));
        Assert.All(headers.Where((_, i) => i is < 5 or 12), header => Assert.Equal(header.Item2, seen[header.Item1]));
        Assert.All(["X-Forwarded-Host", "Forwarded", "X-Real-IP", "EdgeCache-Sibling", "X-Hop", "Content-Type"], name => Assert.Null(seen[name]));
        Assert.Equal("127.0.0.1", seen["X-Forwarded-For"]);
        Assert.Equal("http", seen["X-Forwarded-Proto"]);
    }

    [Fact]
    public async Task Upstream_IsTheOneThatTheClientMeans()
    {
        var fleet = await StartAsync();
        var answer = await fleet.Client.GetAsync($"{_sample.TagPath()}?ns={EdgeFixture.OtherUpstream}");
        answer.AssertIs(_sample.Image.Bytes);
        Assert.Equal(EdgeFixture.OtherUpstream, answer["OCI-Namespace"]);
        (await fleet.Client.GetAsync($"/v2/{EdgeFixture.OtherUpstream}{_sample.TagPath()["/v2".Length..]}")).AssertIs(_sample.Image.Bytes);
        Assert.Equal(200, (await fleet.Client.GetAsync("/v2/")).Status);
        // Both are the other upstream's, whose home they were asked of: the second is a hit.
        Assert.Equal(1, fleet.Origin.Log.Count(When.AnyManifest));
    }

    [Theory]
    [InlineData("DELETE", "/v2/team/app/manifests/latest", 405, "UNSUPPORTED")]
    [InlineData("GET", "/v2/team/app/manifests/latest?ns=unknown.example", 404, "NAME_UNKNOWN")]
    [InlineData("GET", "/v2/team/app/blobs/sha256:12", 400, "DIGEST_INVALID")]
    [InlineData("GET", "/elsewhere", 404, "UNSUPPORTED")]
    public async Task WhatNamesNothing_IsRefusedWithoutANode(string method, string target, int status, string code)
    {
        var fleet = await StartAsync();
        (await fleet.Client.SendAsync(new HttpMethod(method), target)).AssertFails(status, code);
        Assert.All(fleet.Nodes, node => Assert.Empty(node.Requests));
    }

    [Fact]
    public async Task BodyOnAGet_IsNotPassedOn()
    {
        var fleet = await StartAsync();
        var answer = await RawHttpClient.ExchangeAsync(
            fleet.Balancer.PullAddresses[0], "GET /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nUpgrade: websocket\r\n\r\nhello");
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        var seen = Assert.Single(fleet.Nodes.SelectMany(node => node.Requests));
        Assert.All(["Content-Length", "Upgrade"], name => Assert.Null(seen[name]));
    }

    [Fact]
    public async Task AbsoluteTarget_ItsAuthorityIsTheHost()
    {
        var fleet = await StartAsync();
        var answer = await RawHttpClient.ExchangeAsync(
            fleet.Balancer.PullAddresses[0],
            $"GET http://{EdgeFixture.OtherHost}{_sample.TagPath()} HTTP/1.1\r\nHost: {EdgeFixture.OtherHost}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Equal(EdgeFixture.OtherHost, Assert.Single(fleet.Nodes.SelectMany(node => node.Requests))["Host"]);
    }

    [Fact]
    public async Task OneRequestTooMany_Is503()
    {
        var fleet = await StartAsync(new BalancedSetup
        {
            Balancer = options => options with { Balancer = options.Balancer with { MaxRequests = 1 } },
        });
        var gate = fleet.Origin.HoldAt(_sample.BlobDigest(0), 0);
        var first = fleet.Client.GetAsync(_sample.BlobPath(0));
        await gate.ReachedAsync();
        var second = await fleet.Client.GetAsync(_sample.BlobPath(1));
        second.AssertFails(503, "UNKNOWN");
        Assert.Equal("1", second["Retry-After"]);
        gate.Release();
        (await first).AssertIs(_sample.Layers[0].Bytes);
        Assert.Equal(1, await fleet.MetricAsync("edgecache_balancer_requests_total", "outcome=\"overloaded\""));
    }

    [Fact]
    public async Task HealthAndMetrics_AreTheBalancersOwn()
    {
        var fleet = await StartAsync();
        Assert.Equal(200, (await fleet.Client.GetAsync("/healthz/ready")).Status);
        (await fleet.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        Assert.Equal(1, await fleet.MetricAsync("edgecache_balancer_requests_total", "outcome=\"sent\""));
        Assert.Equal(Sample.LargeBytes, await fleet.MetricAsync("edgecache_served_bytes_total"));
        foreach (var member in fleet.Members.All)
        {
            fleet.Members.ReportUnreachable(member);
        }

        Assert.Equal(503, (await fleet.Client.GetAsync("/healthz/ready")).Status);
    }

    private async Task<BalancedFleet> StartAsync(BalancedSetup? setup = null) =>
        Own(await BalancedFleet.StartAsync((setup ?? new BalancedSetup()) with { Repositories = [_sample.Repository] }));
}
