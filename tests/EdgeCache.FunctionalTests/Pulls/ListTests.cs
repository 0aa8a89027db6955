using System.Text.Json;
using EdgeCache.Demo;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Pulls;

/// <summary>What is forwarded and not cached.</summary>
public sealed class ListTests : EdgeTests
{
    private const int Tags = 7;
    private readonly SampleRepository _tagged;
    private readonly SampleRepository _artifact = SampleImages.CreateArtifact("tools/report", 1);

    public ListTests()
    {
        var builder = new SampleRepositoryBuilder("library/tagged");
        var image = builder.AddImage([SampleLayer.Opaque(1, 10)]);
        for (var tag = 0; tag < Tags; tag++)
        {
            builder.Tag($"v{tag}", image);
        }

        _tagged = builder.Build();
    }

    [Theory]
    [InlineData("/v2/tagged/tags/list", "")]
    [InlineData("/v2/library/tagged/tags/list", "ns=docker.io")]
    [InlineData("/v2/docker.io/tagged/tags/list", "")]
    [InlineData("/v2/other.example:5000/library/tagged/tags/list", "")]
    [InlineData("/v2/library/tagged/tags/list", "ns=other.example%3A5000")]
    public async Task TagsInPages_AreLinkedAtUs(string path, string query)
    {
        var edge = await StartTaggedAsync();
        edge.Origin.Behaviour.SendsAbsoluteLinks = true;
        var tags = new List<string?>();
        var target = $"{path}?n=3{(query.Length > 0 ? "&" + query : query)}";
        for (var page = 0; page < 3; page++)
        {
            var answer = await edge.Client.GetAsync(target);
            Assert.Equal((200, "EdgeCache; fwd=bypass"), (answer.Status, answer.CacheStatus));
            tags.AddRange(TagsOf(answer));
            if (answer["Link"] is not { } link)
            {
                Assert.Equal(2, page);
                break;
            }

            Assert.StartsWith($"<{path}?", link, StringComparison.Ordinal);
            Assert.EndsWith(">; rel=\"next\"", link, StringComparison.Ordinal);
            target = link[1..link.IndexOf('>')];
        }

        Assert.Equal(Enumerable.Range(0, Tags).Select(tag => $"v{tag}"), tags);
    }

    [Fact]
    public async Task TagsAfterLast_AndOverlongPages_AreAskedForAsAllowed()
    {
        var edge = await StartTaggedAsync();

        Assert.Equal(["v5", "v6"], TagsOf(await edge.Client.GetAsync("/v2/tagged/tags/list?last=v4&n=1000000&evil=1")));

        var asked = Assert.Single(edge.Origin.Log.Requests).Query;
        Assert.Contains("n=1000", asked.Split('?', '&'));
        Assert.DoesNotContain("evil", asked, StringComparison.Ordinal);
        Assert.Equal(400, (await edge.Client.GetAsync("/v2/tagged/tags/list?n=many")).Status);
        Assert.Equal(404, (await edge.Client.GetAsync("/v2/none/tags/list")).Status);
    }

    [Fact]
    public async Task NewTag_IsListedAtOnce()
    {
        var edge = await StartTaggedAsync();
        Assert.Equal(Tags, TagsOf(await edge.Client.GetAsync("/v2/tagged/tags/list")).Count);

        edge.Origin.Content.MoveTag("library/tagged", "v9", _tagged.Tags["v1"]);

        Assert.Contains("v9", TagsOf(await edge.Client.GetAsync("/v2/tagged/tags/list")));
    }

    [Fact]
    public async Task Referrers_ArePassedOn()
    {
        var edge = await StartTaggedAsync();
        edge.Origin.Behaviour.FiltersReferrers = true;
        var path = $"/v2/tools/report/referrers/{_artifact.Tags["v1"]}";

        var all = await edge.Client.GetAsync(path);
        var some = await edge.Client.GetAsync(path + "?artifactType=application/vnd.edgecache.sbom");

        Assert.Equal(2, CountManifests(all));
        Assert.Equal(1, CountManifests(some));
        Assert.Equal((null, "artifactType"), (all["OCI-Filters-Applied"], some["OCI-Filters-Applied"]));
    }

    [Fact]
    public async Task ReferrersThatUpstreamHasNot_Are404()
    {
        var edge = await StartTaggedAsync();
        edge.Origin.Behaviour.ServesReferrers = false;

        var answer = await edge.Client.GetAsync($"/v2/tools/report/referrers/{_artifact.Tags["v1"]}");

        Assert.Equal((404, false), (answer.Status, answer.IsTorn));
        Assert.Equal("registry/2.0", answer["Docker-Distribution-Api-Version"]);
    }

    [Theory]
    [InlineData(500, 503)]
    [InlineData(429, 503)]
    [InlineData(401, 403)]
    public async Task FailingUpstream_IsTold(int status, int told)
    {
        var edge = await StartTaggedAsync();
        edge.Origin.Faults.Add(When.Any, Fault.Status(status));

        (await edge.Client.GetAsync("/v2/tagged/tags/list")).AssertFails(told, told == 403 ? "DENIED" : "UNKNOWN");
        Assert.Equal(Tags, TagsOf(await edge.Client.GetAsync("/v2/tagged/tags/list")).Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task CutList_NeverLooksComplete(int bytes)
    {
        var edge = await StartTaggedAsync();
        edge.Origin.Faults.Add(When.Any, Fault.CutAfter(bytes));

        var answer = await edge.Client.GetAsync("/v2/tagged/tags/list");

        Assert.True(answer.IsTorn || answer.Status is 502 or 503, $"{answer.Status}");
    }

    [Fact]
    public async Task Catalog_IsOffByDefault_AndOnByOption()
    {
        var off = await StartTaggedAsync();
        (await off.Client.GetAsync("/v2/_catalog")).AssertFails(404, "UNSUPPORTED");
        Assert.Empty(off.Origin.Log.Requests);

        var on = await StartAsync(new EdgeSetup { Repositories = [_tagged, _artifact], Node = node => node with { AllowCatalog = true } });
        var answer = await on.Client.GetAsync("/v2/_catalog?n=1");

        Assert.Equal(200, answer.Status);
        Assert.Contains("library/tagged", System.Text.Encoding.UTF8.GetString(answer.Body), StringComparison.Ordinal);
        Assert.StartsWith("</v2/_catalog?", answer["Link"], StringComparison.Ordinal);
    }

    private Task<EdgeFixture> StartTaggedAsync() => StartAsync(new EdgeSetup { Repositories = [_tagged, _artifact] });

    private static List<string?> TagsOf(EdgeAnswer answer)
    {
        using var document = JsonDocument.Parse(answer.Body);
        return [.. document.RootElement.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString())];
    }

    private static int CountManifests(EdgeAnswer answer)
    {
        Assert.Equal(200, answer.Status);
        using var document = JsonDocument.Parse(answer.Body);
        return document.RootElement.GetProperty("manifests").GetArrayLength();
    }
}
