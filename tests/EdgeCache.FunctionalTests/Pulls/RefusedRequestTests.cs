using EdgeCache.FunctionalTests.Edge;
using Xunit;

namespace EdgeCache.FunctionalTests.Pulls;

/// <summary>Requests that end in the node, without a question to any upstream.</summary>
public sealed class RefusedRequestTests(SharedEdge shared) : IClassFixture<SharedEdge>
{
    [Theory]
    [InlineData("/v2/hello/manifests/latest?ns=nowhere.example")]
    [InlineData("/v2/hello/manifests/latest?ns=169.254.169.254")]
    [InlineData("/v2/hello/manifests/latest?ns=127.0.0.1:80")]
    [InlineData("/v2/?ns=nowhere.example")]
    public async Task UnknownNs_IsNameUnknown_AndNobodyIsAsked(string target)
    {
        var edge = shared.Renewed;

        (await edge.Client.GetAsync(target)).AssertFails(404, "NAME_UNKNOWN");

        Assert.Empty(edge.Origin.Log.Requests);
    }

    [Theory]
    [InlineData("/v2/")]
    [InlineData("/v2")]
    [InlineData("/v2/?ns=docker.io")]
    public async Task Ping_SaysRegistry(string target)
    {
        var edge = shared.Renewed;

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
        var edge = shared.Renewed;

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
        var edge = shared.Renewed;

        (await edge.Client.GetAsync(target)).AssertFails(status, code);
        Assert.Equal(status, (await edge.Client.HeadAsync(target)).Status);

        Assert.Empty(edge.Origin.Log.Requests);
    }
}
