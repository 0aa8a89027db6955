using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Edge;
using Xunit;

namespace EdgeCache.FunctionalTests.Pulls;

public sealed class RoutingTests : EdgeTests
{
    private readonly Sample _hub = Sample.Create("library/hello", Sample.SmallBytes);
    private readonly Sample _team = Sample.Create("team/app", Sample.SmallBytes);

    [Theory]
    [InlineData("/v2/hello/", "library/hello", null)]
    [InlineData("/v2/library/hello/", "library/hello", null)]
    [InlineData("/v2/docker.io/hello/", "library/hello", null)]
    [InlineData("/v2/docker.io/library/hello/", "library/hello", null)]
    [InlineData("/v2/team/app/", "team/app", null)]
    [InlineData("/v2/docker.io/team/app/", "team/app", null)]
    [InlineData("/v2/library/hello/", "library/hello", "docker.io")]
    [InlineData("/v2/docker.io/library/hello/", "library/hello", "docker.io")]
    [InlineData("/v2/library/hello/", "library/hello", "other.example%3A5000")]
    [InlineData("/v2/team/app/", "team/app", "other.example:5000")]
    [InlineData("/v2/other.example:5000/team/app/", "team/app", null)]
    public async Task EveryWayToNameAnUpstream_FindsTheRepository(string path, string repository, string? ns)
    {
        var edge = await StartHelloAsync();
        var sample = repository == _hub.Name ? _hub : _team;
        var query = ns is null ? string.Empty : $"?ns={ns}";

        var manifest = await edge.Client.GetAsync($"{path}manifests/latest{query}");
        var blob = await edge.Client.GetAsync($"{path}blobs/{sample.BlobDigest(0)}{query}");

        manifest.AssertIs(sample.Image.Bytes);
        blob.AssertIs(sample.Layers[0].Bytes);
        Assert.All([manifest, blob], answer => Assert.Equal(ns is null ? null : Uri.UnescapeDataString(ns), answer["OCI-Namespace"]));
        Assert.All(edge.Origin.Log.Requests, request => Assert.Equal((repository, string.Empty), (request.Repository, request.Query)));
    }

    [Fact]
    public async Task OneWordNameAtAnotherUpstream_GetsNoLibrary()
    {
        var edge = await StartHelloAsync();

        (await edge.Client.GetAsync($"/v2/hello/manifests/latest?ns={EdgeFixture.OtherUpstream}")).AssertFails(404, "MANIFEST_UNKNOWN");

        Assert.All(edge.Origin.Log.Requests, request => Assert.Equal("hello", request.Repository));
    }

    [Fact]
    public async Task Host_ChoosesTheUpstream_AndNsComesBeforeIt()
    {
        var edge = await StartHelloAsync();

        (await edge.Client.GetAsync("/v2/hello/manifests/latest", ("Host", EdgeFixture.OtherHost))).AssertFails(404, "MANIFEST_UNKNOWN");
        (await edge.Client.GetAsync("/v2/hello/manifests/latest?ns=docker.io", ("Host", EdgeFixture.OtherHost))).AssertIs(_hub.Image.Bytes);
        (await edge.Client.GetAsync("/v2/library/hello/manifests/latest", ("Host", EdgeFixture.OtherHost + ":443"))).AssertIs(_hub.Image.Bytes);
    }

    [Fact]
    public async Task BasePathOfAnEndpoint_ComesBeforeTheName()
    {
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_team.Repository],
            Upstream = upstream => upstream with { Endpoints = [new Uri(upstream.Endpoints[0], "/team")] },
        });

        (await edge.Client.GetAsync($"/v2/app/manifests/latest?ns={EdgeFixture.OtherUpstream}")).AssertIs(_team.Image.Bytes);
        (await edge.Client.GetAsync($"/v2/app/blobs/{_team.BlobDigest(0)}?ns={EdgeFixture.OtherUpstream}")).AssertIs(_team.Layers[0].Bytes);
    }

    private Task<EdgeFixture> StartHelloAsync() => StartAsync(new EdgeSetup { Repositories = [_hub.Repository, _team.Repository] });
}
