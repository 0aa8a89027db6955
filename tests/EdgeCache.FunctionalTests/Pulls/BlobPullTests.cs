using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Pulls;

public sealed class BlobPullTests : EdgeTests
{
    private readonly Sample _sample = Sample.Create("team/app", Sample.LargeBytes, Sample.SmallBytes, 0, 64 * 1024, 64 * 1024 + 1);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task ColdThenWarm_IsAMissThenAHit(int layer)
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });

        var cold = await edge.Client.GetAsync(_sample.BlobPath(layer));
        await edge.SettleAsync();
        var warm = await edge.Client.GetAsync(_sample.BlobPath(layer));

        cold.AssertIs(_sample.Layers[layer].Bytes);
        warm.AssertIs(_sample.Layers[layer].Bytes);
        Assert.Equal("EdgeCache; fwd=miss; stored", cold.CacheStatus);
        Assert.Equal("EdgeCache; hit", warm.CacheStatus);
        Assert.NotNull(warm["Age"]);
        Assert.All([cold, warm], answer =>
        {
            Assert.Equal(_sample.BlobDigest(layer).ToString(), answer["Docker-Content-Digest"]);
            Assert.Equal($"\"{_sample.BlobDigest(layer)}\"", answer["ETag"]);
            Assert.Equal("bytes", answer["Accept-Ranges"]);
            Assert.Equal("max-age=31536000, immutable", answer["Cache-Control"]);
            Assert.Equal("application/octet-stream", answer["Content-Type"]);
            Assert.Equal("registry/2.0", answer["Docker-Distribution-Api-Version"]);
            Assert.Equal(_sample.Layers[layer].Bytes.Length.ToString(), answer["Content-Length"]);
        });
        Assert.Equal(1, edge.Origin.Log.Count(OriginRequestKind.BlobGet));
        Assert.Equal(0, edge.Origin.Log.Count(OriginRequestKind.BlobHead));
    }

    [Fact]
    public async Task Head_HasTheHeadersOfGet_AndStartsNoFill()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);

        var cold = await edge.Client.HeadAsync(_sample.BlobPath(0));
        Assert.Equal(0, edge.Origin.Log.Count(When.AnyBlob));
        var get = await edge.Client.GetAsync(_sample.BlobPath(0));
        await edge.SettleAsync();
        var warm = await edge.Client.HeadAsync(_sample.BlobPath(0));

        Assert.All([cold, warm], head =>
        {
            Assert.Equal(200, head.Status);
            Assert.Empty(head.Body);
            Assert.All(
                ["Content-Length", "Content-Type", "Docker-Content-Digest", "ETag", "Accept-Ranges", "Cache-Control"],
                name => Assert.Equal(get[name], head[name]));
        });
    }

    [Fact]
    public async Task HeadOfAnUnknownRepository_AsksUpstreamOnceAndReadsNoBody()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });

        var head = await edge.Client.HeadAsync(_sample.BlobPath(0));

        Assert.Equal((200, Sample.LargeBytes.ToString()), (head.Status, head["Content-Length"]));
        Assert.Equal(1, edge.Origin.Log.Count(When.AnyBlob));
        Assert.Equal(0, edge.Origin.Log.Count(OriginRequestKind.BlobHead));
        await edge.AssertNotStoredAsync(_sample.BlobDigest(0));
    }

    [Fact]
    public async Task IfNoneMatch_Is304()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        (await edge.Client.GetAsync(_sample.BlobPath(1))).AssertIs(_sample.Layers[1].Bytes);
        await edge.SettleAsync();
        var tag = $"\"{_sample.BlobDigest(1)}\"";

        var same = await edge.Client.GetAsync(_sample.BlobPath(1), ("If-None-Match", tag));
        var other = await edge.Client.GetAsync(_sample.BlobPath(1), ("If-None-Match", "\"sha256:elsewhere\""));

        Assert.Equal((304, 0), (same.Status, same.Body.Length));
        Assert.Equal(tag, same["ETag"]);
        other.AssertIs(_sample.Layers[1].Bytes);
    }

    [Fact]
    public async Task UnknownBlob_Is404_AndIsNotRemembered()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        var missing = EdgeClient.Blob("team/empty", _sample.BlobDigest(1));

        (await edge.Client.GetAsync(missing)).AssertFails(404, "BLOB_UNKNOWN");
        edge.Origin.Content.Add(Sample.Create("team/empty", Sample.LargeBytes, Sample.SmallBytes).Repository);

        (await edge.Client.GetAsync(missing)).AssertIs(_sample.Layers[1].Bytes);
    }

    [Fact]
    public async Task Sha512_IsServedAndStored()
    {
        var builder = new EdgeCache.Demo.SampleRepositoryBuilder("team/wide");
        var content = _sample.Layers[0].Bytes;
        var digest = builder.AddBlob(content, EdgeCache.Core.Oci.DigestAlgorithm.Sha512);
        var edge = await StartAsync(new EdgeSetup { Repositories = [builder.Build()] });

        (await edge.Client.GetAsync(EdgeClient.Blob("team/wide", digest))).AssertIs(content);
        await edge.SettleAsync();

        Assert.Equal("EdgeCache; hit", (await edge.Client.GetAsync(EdgeClient.Blob("team/wide", digest))).CacheStatus);
        Assert.Contains(digest, CacheFiles.Final(edge.Cache).Keys);
    }

    [Fact]
    public async Task ChunkedUpstream_IsServedWholeAndStored()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        edge.Origin.Faults.Always(When.AnyBlob, Fault.Chunked);

        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(1))).AssertIs(_sample.Layers[1].Bytes);
        await edge.SettleAsync();

        Assert.Equal("EdgeCache; hit", (await edge.Client.GetAsync(_sample.BlobPath(0))).CacheStatus);
        Assert.Equal("EdgeCache; hit", (await edge.Client.GetAsync(_sample.BlobPath(1))).CacheStatus);
    }

    [Fact]
    public async Task ClientThatOffersCodings_GetsIdentity_AndSoIsUpstreamAsked()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });

        var answer = await edge.Client.GetAsync(_sample.BlobPath(0), ("Accept-Encoding", "zstd, gzip, deflate"));

        answer.AssertIs(_sample.Layers[0].Bytes);
        Assert.Null(answer["Content-Encoding"]);
        Assert.All(edge.Origin.Log.Requests, request => Assert.Equal("identity", request.AcceptEncoding));
    }
}
