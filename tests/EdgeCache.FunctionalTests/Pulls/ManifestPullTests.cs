using EdgeCache.Core.Oci;
using EdgeCache.Demo;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Pulls;

public sealed class ManifestPullTests : EdgeTests
{
    private const string Name = "library/hello";
    private readonly SampleRepository _hello = SampleImages.CreateMultiArch(Name, 1);

    [Theory]
    [InlineData("latest")]
    [InlineData("amd64")]
    public async Task TagThenDigest_AreTheRawBytesWithTheirType(string tag)
    {
        var edge = await StartHelloAsync();
        var digest = _hello.Tags[tag];

        var byTag = await edge.Client.GetAsync(EdgeClient.Manifest(Name, tag));
        var again = await edge.Client.GetAsync(EdgeClient.Manifest(Name, tag));
        var byDigest = await edge.Client.GetAsync(EdgeClient.Manifest(Name, digest));

        Assert.All([byTag, again, byDigest], answer =>
        {
            answer.AssertIs(_hello.Manifests[digest].Bytes);
            Assert.Equal(_hello.Manifests[digest].MediaType, answer["Content-Type"]);
            Assert.Equal(digest.ToString(), answer["Docker-Content-Digest"]);
            Assert.Equal($"\"{digest}\"", answer["ETag"]);
        });
        Assert.Equal("EdgeCache; fwd=miss; stored; fwd-status=200", byTag.CacheStatus);
        Assert.StartsWith("EdgeCache; hit; ttl=", again.CacheStatus, StringComparison.Ordinal);
        Assert.Equal("EdgeCache; hit", byDigest.CacheStatus);
        Assert.Equal("max-age=31536000, immutable", byDigest["Cache-Control"]);
        Assert.Null(byTag["Cache-Control"]);
        Assert.Equal(1, edge.Origin.Log.Count(When.Any));
    }

    [Fact]
    public async Task MembersOfAServedIndex_AreFetchedByDigestOnce()
    {
        var edge = await StartHelloAsync();

        foreach (var (digest, manifest) in _hello.Manifests)
        {
            (await edge.Client.GetAsync(EdgeClient.Manifest(Name, digest))).AssertIs(manifest.Bytes);
            (await edge.Client.GetAsync(EdgeClient.Manifest(Name, digest))).AssertIs(manifest.Bytes);
        }

        Assert.Equal(_hello.Manifests.Count, edge.Origin.Log.Count(When.AnyManifest));
    }

    [Theory]
    [InlineData("latest")]
    [InlineData(null)]
    public async Task Head_HasTheHeadersOfGet_AndSpendsNoGet(string? tag)
    {
        var edge = await StartHelloAsync();
        var path = EdgeClient.Manifest(Name, tag ?? _hello.Tags["latest"].ToString());

        var cold = await edge.Client.HeadAsync(path);
        var warm = await edge.Client.HeadAsync(path);
        Assert.Equal(0, edge.Origin.Log.Count(OriginRequestKind.ManifestGet));
        Assert.InRange(edge.Origin.Log.Count(OriginRequestKind.ManifestHead), 1, tag is null ? 2 : 1);
        var get = await edge.Client.GetAsync(path);

        Assert.All([cold, warm], head =>
        {
            Assert.Equal((200, 0), (head.Status, head.Body.Length));
            Assert.All(["Content-Length", "Content-Type", "Docker-Content-Digest", "ETag"], name => Assert.Equal(get[name], head[name]));
        });
        get.AssertIs(_hello.Manifests[_hello.Tags["latest"]].Bytes);
        Assert.Equal(1, edge.Origin.Log.Count(OriginRequestKind.ManifestGet));
    }

    [Fact]
    public async Task IfNoneMatch_Is304()
    {
        var edge = await StartHelloAsync();

        var answer = await edge.Client.GetAsync(EdgeClient.Manifest(Name, "latest"), ("If-None-Match", $"\"{_hello.Tags["latest"]}\""));

        Assert.Equal((304, 0), (answer.Status, answer.Body.Length));
        Assert.Equal(_hello.Tags["latest"].ToString(), answer["Docker-Content-Digest"]);
    }

    [Fact]
    public async Task HundredClientsOnAColdTag_SpendOneManifestGet()
    {
        var edge = await StartHelloAsync();
        var gate = edge.Origin.HoldHeaders(When.AnyManifest);

        var pulls = Enumerable.Range(0, 100).Select(_ => edge.Client.GetAsync(EdgeClient.Manifest(Name, "latest"))).ToArray();
        await gate.ReachedAsync();
        gate.Release();

        Assert.All(await Task.WhenAll(pulls), answer => answer.AssertIs(_hello.Manifests[_hello.Tags["latest"]].Bytes));
        Assert.Equal(1, edge.Origin.Log.Count(When.Any));
    }

    [Fact]
    public async Task NarrowAccept_AsksUpstreamOnlyWhereTheStoredTypeWillNotDo()
    {
        var edge = await StartHelloAsync();
        edge.Origin.Behaviour.NegotiatesAccept = true;
        var path = EdgeClient.Manifest(Name, "latest");
        var narrow = ("Accept", MediaTypes.OciManifest);

        (await edge.Client.GetAsync(path)).AssertIs(_hello.Manifests[_hello.Tags["latest"]].Bytes);
        (await edge.Client.GetAsync(path, ("Accept", $"{MediaTypes.OciManifest}, {MediaTypes.OciIndex}"))).AssertIs(_hello.Manifests[_hello.Tags["latest"]].Bytes);
        Assert.Equal(1, edge.Origin.Log.Count(When.Any));

        (await edge.Client.GetAsync(path, narrow)).AssertIs(_hello.Manifests[_hello.Tags["amd64"]].Bytes);
        Assert.Equal(_hello.Tags["amd64"].ToString(), (await edge.Client.HeadAsync(path, narrow))["Docker-Content-Digest"]);
        (await edge.Client.GetAsync(path, narrow)).AssertIs(_hello.Manifests[_hello.Tags["amd64"]].Bytes);
        Assert.Equal(2, edge.Origin.Log.Count(When.Any));
        (await edge.Client.GetAsync(path)).AssertIs(_hello.Manifests[_hello.Tags["latest"]].Bytes);
        Assert.Equal(2, edge.Origin.Log.Count(When.Any));
    }

    [Fact]
    public async Task NarrowAcceptFirst_AsksWithTheFullListFirst()
    {
        var edge = await StartHelloAsync();
        edge.Origin.Behaviour.NegotiatesAccept = true;

        (await edge.Client.GetAsync(EdgeClient.Manifest(Name, "amd64"), ("Accept", MediaTypes.OciManifest)))
            .AssertIs(_hello.Manifests[_hello.Tags["amd64"]].Bytes);

        var request = Assert.Single(edge.Origin.Log.Requests);
        Assert.Contains(MediaTypes.DockerManifestList, request.Accept, StringComparison.Ordinal);
        Assert.Contains(MediaTypes.OciIndex, request.Accept, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UpstreamWithoutDigestHeader_IsComputed()
    {
        var edge = await StartHelloAsync();
        edge.Origin.Behaviour.SendsDigest = false;
        edge.Origin.Behaviour.SendsETag = false;

        var answer = await edge.Client.GetAsync(EdgeClient.Manifest(Name, "latest"));

        answer.AssertIs(_hello.Manifests[_hello.Tags["latest"]].Bytes);
        Assert.Equal(_hello.Tags["latest"].ToString(), answer["Docker-Content-Digest"]);
    }

    [Fact]
    public async Task HeadOfATagWithoutDigestHeader_SpendsTheGetItMust()
    {
        var edge = await StartHelloAsync();
        edge.Origin.Behaviour.SendsDigest = false;
        edge.Origin.Behaviour.SendsETag = false;

        var head = await edge.Client.HeadAsync(EdgeClient.Manifest(Name, "latest"));

        Assert.Equal((200, _hello.Tags["latest"].ToString()), (head.Status, head["Docker-Content-Digest"]));
        Assert.Equal(1, edge.Origin.Log.Count(OriginRequestKind.ManifestGet));
    }

    [Theory]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[],"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","manifests":[]}""")]
    [InlineData("""{"schemaVersion":2""")]
    [InlineData("<html>a captive portal</html>")]
    public async Task ConflictingOrBrokenManifest_IsRefused(string body)
    {
        var builder = new SampleRepositoryBuilder("team/evil");
        var evil = builder.AddManifest(MediaTypes.OciIndex, System.Text.Encoding.UTF8.GetBytes(body), "latest");
        var edge = await StartAsync(new EdgeSetup { Repositories = [builder.Build()] });

        (await edge.Client.GetAsync(EdgeClient.Manifest("team/evil", "latest"))).AssertFails(502, "UNKNOWN");
        (await edge.Client.GetAsync(EdgeClient.Manifest("team/evil", evil.Digest))).AssertFails(502, "UNKNOWN");

        await edge.AssertNotStoredAsync(evil.Digest);
    }

    [Fact]
    public async Task SameDigestUnderAnotherType_IsRefused()
    {
        var edge = await StartHelloAsync();
        edge.Origin.Faults.Add(When.AnyManifest, Fault.WrongType(MediaTypes.DockerManifestList));

        (await edge.Client.GetAsync(EdgeClient.Manifest(Name, "latest"))).AssertFails(502, "UNKNOWN");
        (await edge.Client.GetAsync(EdgeClient.Manifest(Name, "latest"))).AssertIs(_hello.Manifests[_hello.Tags["latest"]].Bytes);
    }

    [Fact]
    public async Task UnknownTag_Is404_AndSeenOnceItIsThere()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_hello], Upstream = upstream => upstream with { NotFoundFreshness = TimeSpan.Zero } });

        (await edge.Client.GetAsync(EdgeClient.Manifest(Name, "new"))).AssertFails(404, "MANIFEST_UNKNOWN");
        edge.Origin.Content.MoveTag(Name, "new", _hello.Tags["amd64"]);

        (await edge.Client.GetAsync(EdgeClient.Manifest(Name, "new"))).AssertIs(_hello.Manifests[_hello.Tags["amd64"]].Bytes);
    }

    private Task<EdgeFixture> StartHelloAsync() => StartAsync(new EdgeSetup { Repositories = [_hello] });
}
