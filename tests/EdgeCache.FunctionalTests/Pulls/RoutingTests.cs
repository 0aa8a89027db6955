using EdgeCache.FunctionalTests.Edge;
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

    [Theory]
    [InlineData("/v2/hello/manifests/latest?ns=nowhere.example")]
    [InlineData("/v2/hello/manifests/latest?ns=169.254.169.254")]
    [InlineData("/v2/hello/manifests/latest?ns=127.0.0.1:80")]
    [InlineData("/v2/?ns=nowhere.example")]
    public async Task UnknownNs_IsNameUnknown_AndNobodyIsAsked(string target)
    {
        var edge = await StartHelloAsync();

        (await edge.Client.GetAsync(target)).AssertFails(404, "NAME_UNKNOWN");

        Assert.Empty(edge.Origin.Log.Requests);
    }

    [Theory]
    [InlineData("/v2/")]
    [InlineData("/v2")]
    [InlineData("/v2/?ns=docker.io")]
    public async Task Ping_SaysRegistry(string target)
    {
        var edge = await StartHelloAsync();

        var get = await edge.Client.GetAsync(target);
        var head = await edge.Client.HeadAsync(target);

        get.AssertIs("{}"u8);
        Assert.Equal((200, "registry/2.0"), (head.Status, head["Docker-Distribution-Api-Version"]));
        Assert.Equal("registry/2.0", get["Docker-Distribution-Api-Version"]);
        Assert.Empty(edge.Origin.Log.Requests);
    }

    [Theory]
    [InlineData("POST", "/v2/team/app/blobs/uploads/")]
    [InlineData("PATCH", "/v2/team/app/blobs/uploads/5b1a")]
    [InlineData("PUT", "/v2/team/app/blobs/uploads/5b1a?digest=sha256:aa")]
    [InlineData("PUT", "/v2/team/app/manifests/latest")]
    [InlineData("DELETE", "/v2/team/app/manifests/latest")]
    [InlineData("DELETE", "/v2/team/app/tags/latest")]
    [InlineData("POST", "/v2/")]
    [InlineData("OPTIONS", "/v2/team/app/tags/list")]
    public async Task WhateverWrites_Is405(string method, string target)
    {
        var edge = await StartHelloAsync();

        var answer = await edge.Client.SendAsync(new HttpMethod(method), target);

        answer.AssertFails(405, "UNSUPPORTED");
        Assert.Equal("GET, HEAD", answer["Allow"]);
        Assert.Empty(edge.Origin.Log.Requests);
    }

    [Theory]
    [InlineData("/v2/Team/app/manifests/latest", 400, "NAME_INVALID")]
    [InlineData("/v2/team/app/manifests/-latest", 404, "MANIFEST_UNKNOWN")]
    [InlineData("/v2/team/app/manifests/sha256:abc", 400, "DIGEST_INVALID")]
    [InlineData("/v2/team/app/blobs/latest", 400, "DIGEST_INVALID")]
    [InlineData("/v2/team/app/blobs/md5:d41d8cd98f00b204e9800998ecf8427e", 400, "DIGEST_INVALID")]
    [InlineData("/v2/team/app/blobs/sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 400, "DIGEST_INVALID")]
    [InlineData("/v2/team/app/blobs/sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", 400, "DIGEST_INVALID")]
    [InlineData("/v2/team/app/blobs/uploads/5b1a", 404, "BLOB_UPLOAD_UNKNOWN")]
    [InlineData("/v2/team/app", 404, "UNSUPPORTED")]
    [InlineData("/v1/search", 404, "UNSUPPORTED")]
    [InlineData("/", 404, "UNSUPPORTED")]
    public async Task WhatNamesNothing_IsAClear4xx(string target, int status, string code)
    {
        var edge = await StartHelloAsync();

        (await edge.Client.GetAsync(target)).AssertFails(status, code);
        Assert.Equal(status, (await edge.Client.HeadAsync(target)).Status);

        Assert.Empty(edge.Origin.Log.Requests);
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
