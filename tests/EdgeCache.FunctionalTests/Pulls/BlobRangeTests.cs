using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Pulls;

public sealed class BlobRangeTests(SharedEdge shared) : IClassFixture<SharedEdge>
{
    private const int Size = Sample.LargeBytes;
    private readonly Sample _sample = shared.AddSample(Size);

    private byte[] Content => _sample.Layers[0].Bytes;

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=1000-1999", 1000, 1000)]
    [InlineData("bytes=500000-", 500000, Size - 500000)]
    [InlineData("bytes=-70000", Size - 70000, 70000)]
    [InlineData("bytes=-99999999", 0, Size)]
    [InlineData("bytes=1048575-99999999", Size - 1, 1)]
    public async Task RangeOnAHit_Is206(string range, int offset, int length)
    {
        var edge = await StartWarmAsync();

        var answer = await edge.Client.GetAsync(_sample.BlobPath(0), ("Range", range));

        AssertPart(answer, offset, length);
        Assert.Equal("EdgeCache; hit", answer.CacheStatus);
    }

    [Theory]
    [InlineData("bytes=1048576-")]
    [InlineData("bytes=99999999-100000000")]
    [InlineData("bytes=-0")]
    public async Task RangeOutside_Is416(string range)
    {
        var edge = await StartWarmAsync();

        var answer = await edge.Client.GetAsync(_sample.BlobPath(0), ("Range", range));

        Assert.Equal((416, $"bytes */{Size}"), (answer.Status, answer["Content-Range"]));
        Assert.False(answer.IsTorn);
    }

    [Theory]
    [InlineData("bytes=0-9,20-29")]
    [InlineData("items=0-9")]
    [InlineData("bytes=9-0")]
    [InlineData("bytes=a-b")]
    public async Task RangeThatIsNotOne_IsTheWhole(string range)
    {
        var edge = await StartWarmAsync();

        (await edge.Client.GetAsync(_sample.BlobPath(0), ("Range", range))).AssertIs(Content);
    }

    [Fact]
    public async Task IfRange_DecidesByTheDigest()
    {
        var edge = await StartWarmAsync();

        var same = await edge.Client.GetAsync(_sample.BlobPath(0), ("Range", "bytes=10-19"), ("If-Range", $"\"{_sample.BlobDigest(0)}\""));
        var other = await edge.Client.GetAsync(_sample.BlobPath(0), ("Range", "bytes=10-19"), ("If-Range", "\"sha256:other\""));

        AssertPart(same, 10, 10);
        other.AssertIs(Content);
    }

    [Fact]
    public async Task RangesOnAFillInProgress_AreServedFromTheGrowingFile()
    {
        var edge = shared.Renewed;
        var gate = edge.Origin.HoldAt(_sample.BlobDigest(0), Size / 2);
        var leader = edge.Client.GetAsync(_sample.BlobPath(0));
        await gate.ReachedAsync();

        var early = await edge.Client.GetAsync(_sample.BlobPath(0), ("Range", "bytes=1000-300999"));
        AssertPart(early, 1000, 300_000);
        Assert.Equal("EdgeCache; fwd=miss; collapsed", early.CacheStatus);
        Assert.False(leader.IsCompleted);

        // So far upstream alone says how long it is.
        var outside = edge.Client.GetAsync(_sample.BlobPath(0), ("Range", "bytes=1048576-"));
        var resumed = edge.Client.GetAsync(_sample.BlobPath(0), ("Range", "bytes=400000-"));
        var tail = edge.Client.GetAsync(_sample.BlobPath(0), ("Range", "bytes=-100"));
        gate.Release();

        AssertPart(await resumed, 400_000, Size - 400_000);
        AssertPart(await tail, Size - 100, 100);
        Assert.Equal(416, (await outside).Status);
        (await leader).AssertIs(Content);
        Assert.Equal(1, edge.Origin.Log.Count(When.AnyBlob));
    }

    [Fact]
    public async Task RangeAsTheFirstRequest_FillsTheWhole()
    {
        var edge = shared.Renewed;

        AssertPart(await edge.Client.GetAsync(_sample.BlobPath(0), ("Range", "bytes=700000-700099")), 700_000, 100);
        await edge.SettleAsync();
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(Content);

        var request = Assert.Single(edge.Origin.Log.Where(When.AnyBlob));
        Assert.Null(request.Range);
    }

    [Fact]
    public async Task RangeOutsideOfABlobOfAKnownSize_Is416AtOnce()
    {
        var edge = shared.Renewed;
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        var gate = edge.Origin.HoldAt(_sample.BlobDigest(0), Size / 2);
        var leader = edge.Client.GetAsync(_sample.BlobPath(0));
        await gate.ReachedAsync();

        Assert.Equal(416, (await edge.Client.GetAsync(_sample.BlobPath(0), ("Range", "bytes=1048576-"))).Status);
        Assert.False(leader.IsCompleted);
        gate.Release();
        (await leader).AssertIs(Content);
    }

    [Fact]
    public async Task RangeBeyondALengthThatUpstreamOnlyClaims_IsNot416()
    {
        var edge = shared.Renewed;
        edge.Origin.Faults.Add(When.AnyBlob, Fault.ShortBody(Size / 2));

        var answer = await edge.Client.GetAsync(_sample.BlobPath(0), ("Range", "bytes=700000-700099"));

        Assert.Equal((502, false), (answer.Status, answer.IsTorn));
        AssertPart(await edge.Client.GetAsync(_sample.BlobPath(0), ("Range", "bytes=700000-700099")), 700_000, 100);
    }

    private async Task<EdgeFixture> StartWarmAsync()
    {
        var edge = shared.Renewed;
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(Content);
        await edge.SettleAsync();
        return edge;
    }

    private void AssertPart(EdgeAnswer answer, int offset, int length)
    {
        Assert.Equal((206, false), (answer.Status, answer.IsTorn));
        Assert.Equal($"bytes {offset}-{offset + length - 1}/{Size}", answer["Content-Range"]);
        Assert.Equal($"\"{_sample.BlobDigest(0)}\"", answer["ETag"]);
        Assert.True(Content.AsSpan(offset, length).SequenceEqual(answer.Body));
    }
}
