using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Tiers;

public sealed class TieredPullTests : TierTests
{
    private const int Size = Sample.LargeBytes;
    private readonly Sample _sample = Sample.Create("team/app", Size, Sample.SmallBytes);

    private byte[] Content => _sample.Layers[0].Bytes;

    [Fact]
    public async Task CrowdOnAColdBlob_IsOneFetchAtEachTier_AndStreamsEndToEnd()
    {
        const int Clients = 50;
        var (branch, region) = await StartTiersAsync([_sample]);
        var gate = region.Origin.HoldAt(_sample.BlobDigest(0), Size / 2);

        var opened = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => branch.Client.OpenAsync(_sample.BlobPath(0))));
        var streams = await Task.WhenAll(opened.Select(response => response.Content.ReadAsStreamAsync()));
        foreach (var stream in streams)
        {
            // The registry has not sent the other half, and will not before everybody has this.
            var first = new byte[Size / 4];
            await stream.ReadExactlyAsync(first);
            Assert.True(Content.AsSpan(0, first.Length).SequenceEqual(first));
        }

        Assert.Equal((1, 1), (branch.Fills.Active, region.Fills.Active));
        gate.Release();
        Assert.All(
            await Task.WhenAll(streams.Select(stream => EdgeClient.IsEqualAsync(stream, Content.AsMemory(Size / 4)))), Assert.True);
        foreach (var response in opened)
        {
            response.Dispose();
        }

        Assert.Equal([$"GET {_sample.BlobPath(0)}?ns=docker.io"], TakeRequests(region));
        Assert.Equal(Size, Assert.Single(region.Origin.Log.TakeAll()).BytesSent);
        await branch.SettleAsync();
        (await branch.Client.GetAsync(_sample.BlobPath(0))).AssertIs(Content);
        AssertAskedNothing(region);
    }

    [Fact]
    public async Task ColdBlob_ThatTheRegionHolds_AsksTheRegistryNothing()
    {
        var (branch, region) = await StartTiersAsync([_sample]);
        (await region.Client.GetAsync(_sample.BlobPath(0))).AssertIs(Content);
        await region.SettleAsync();
        _ = TakeRequests(region);
        region.Origin.Log.Clear();

        var answer = await branch.Client.GetAsync(_sample.BlobPath(0));

        answer.AssertIs(Content);
        Assert.Equal("EdgeCache; hit, EdgeCache; fwd=miss; stored", answer.CacheStatus);
        Assert.Single(TakeRequests(region));
        Assert.Empty(region.Origin.Log.Requests);
        await branch.SettleAsync();
        Assert.Equal("EdgeCache; hit", (await branch.Client.GetAsync(_sample.BlobPath(0))).CacheStatus);
    }

    [Fact]
    public async Task CrowdOnAColdTag_IsOneGetAtEachTier()
    {
        var (branch, region) = await StartTiersAsync([_sample]);
        var gate = region.Origin.HoldHeaders(When.AnyManifest);

        var pulls = Enumerable.Range(0, 50).Select(_ => branch.Client.GetAsync(_sample.TagPath())).ToArray();
        await gate.ReachedAsync();
        gate.Release();

        Assert.All(await Task.WhenAll(pulls), answer => answer.AssertIs(_sample.Image.Bytes));
        Assert.Equal([$"GET {_sample.TagPath()}?ns=docker.io"], TakeRequests(region));
        Assert.Equal(OriginRequestKind.ManifestGet, Assert.Single(region.Origin.Log.TakeAll()).Kind);
        (await branch.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        (await branch.Client.GetAsync(_sample.ManifestPath)).AssertIs(_sample.Image.Bytes);
        AssertAskedNothing(region);
    }

    [Fact]
    public async Task HeadOfATag_IsAHeadAtEachTier_WithTheSameHeaders()
    {
        var (branch, region) = await StartTiersAsync([_sample]);

        var near = await branch.Client.HeadAsync(_sample.TagPath());

        Assert.Equal([$"HEAD {_sample.TagPath()}?ns=docker.io"], TakeRequests(region));
        Assert.Equal(OriginRequestKind.ManifestHead, Assert.Single(region.Origin.Log.TakeAll()).Kind);
        var far = await region.Client.HeadAsync(_sample.TagPath());
        string[] names = ["Docker-Content-Digest", "Content-Length", "Content-Type", "ETag"];
        Assert.Equal(200, near.Status);
        Assert.All(names, name => Assert.Equal((far[name], true), (near[name], near[name] is not null)));
    }

    [Fact]
    public async Task HeadOfABlob_IsAnsweredFromTheManifest_ElseByTheRegion()
    {
        var (branch, region) = await StartTiersAsync([_sample]);
        var cold = await branch.Client.HeadAsync(_sample.BlobPath(1));
        await region.SettleAsync();
        (await branch.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        _ = TakeRequests(region);
        region.Origin.Log.Clear();

        var told = await branch.Client.HeadAsync(_sample.BlobPath(0));

        Assert.All([(cold, Sample.SmallBytes), (told, Size)], head => Assert.Equal((200, head.Item2.ToString()), (head.Item1.Status, head.Item1["Content-Length"])));
        AssertAskedNothing(region);
    }

    [Theory]
    [InlineData("bytes=1000-1999", 1000, 1000)]
    [InlineData("bytes=1000000-", 1_000_000, Size - 1_000_000)]
    [InlineData("bytes=-500", Size - 500, 500)]
    public async Task Range_OfAColdAndOfAWarmBlob_IsThatRange(string range, int offset, int length)
    {
        var (branch, region) = await StartTiersAsync([_sample]);

        var cold = await branch.Client.GetAsync(_sample.BlobPath(0), ("Range", range));
        await branch.SettleAsync();
        var warm = await branch.Client.GetAsync(_sample.BlobPath(0), ("Range", range));

        Assert.All([cold, warm], answer =>
        {
            Assert.Equal((206, $"bytes {offset}-{offset + length - 1}/{Size}"), (answer.Status, answer["Content-Range"]));
            Assert.True(Content.AsSpan(offset, length).SequenceEqual(answer.Body));
        });
        Assert.Single(TakeRequests(region));
        Assert.Single(region.Origin.Log.Requests);
        Assert.Equal(416, (await branch.Client.GetAsync(_sample.BlobPath(0), ("Range", $"bytes={Size}-"))).Status);
    }

    [Fact]
    public async Task BodyThatBreaksAtTheRegistry_IsAbortedAtEachTier_AndStoredAtNone()
    {
        var (branch, region) = await StartTiersAsync([_sample]);
        region.Origin.Faults.Always(When.AnyBlob, Fault.FlipLastByte);

        // The branch asks for the rest again, after pauses by a clock that stands still.
        var asking = branch.Client.GetAsync(_sample.BlobPath(0));
        while (await Task.WhenAny(asking, Task.Delay(TimeSpan.FromSeconds(2))) != asking)
        {
            Clock.Advance(TimeSpan.FromMinutes(1));
        }

        var answer = await asking;

        Assert.True(answer.IsTorn || answer.Status >= 500, $"{answer.Status}");
        await region.AssertNotStoredAsync(_sample.BlobDigest(0));
        await branch.AssertNotStoredAsync(_sample.BlobDigest(0));
        region.Origin.Faults.Clear();
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await branch.Client.GetAsync(_sample.BlobPath(0))).AssertIs(Content);
    }
}
