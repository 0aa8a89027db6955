using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Pulls;

public sealed class BlobFillTests : EdgeTests
{
    private const int Size = Sample.LargeBytes;
    private const int HeldBack = 64 * 1024;
    private readonly Sample _sample = Sample.Create("team/app", Size, Sample.SmallBytes);

    private byte[] Content => _sample.Layers[0].Bytes;

    [Fact]
    public async Task FirstBytes_ComeBeforeUpstreamHasFinished_AndFollowersCollapse()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        var gate = edge.Origin.HoldAt(_sample.BlobDigest(0), Size / 2);

        using var leader = await edge.Client.OpenAsync(_sample.BlobPath(0));
        using var follower = await edge.Client.OpenAsync(_sample.BlobPath(0));
        var first = new byte[Size / 4];
        await (await follower.Content.ReadAsStreamAsync()).ReadExactlyAsync(first);

        Assert.True(Content.AsSpan(0, first.Length).SequenceEqual(first));
        Assert.Equal("EdgeCache; fwd=miss; stored", EdgeAnswer.HeadersOf(leader)["Cache-Status"]);
        Assert.Equal("EdgeCache; fwd=miss; collapsed", EdgeAnswer.HeadersOf(follower)["Cache-Status"]);
        Assert.Equal(1, edge.Fills.Active);
        gate.Release();
        Assert.True(await EdgeClient.IsEqualAsync(await leader.Content.ReadAsStreamAsync(), Content));
        Assert.True(await EdgeClient.IsEqualAsync(await follower.Content.ReadAsStreamAsync(), Content.AsMemory(first.Length)));
        Assert.Equal(1, edge.Origin.Log.Count(When.AnyBlob));
    }

    [Fact]
    public async Task LastPiece_IsHeldBackUntilTheDigestMatches()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        var gate = new OriginGate();
        edge.Origin.Faults.Add(When.AnyBlob, Fault.FlipLastByte with { BodyGate = gate, BodyGateOffset = Size / 2 });

        using var response = await edge.Client.OpenAsync(_sample.BlobPath(0));
        gate.Release();
        var (body, isTorn) = await EdgeClient.ReadAsync(await response.Content.ReadAsStreamAsync());

        Assert.True(isTorn);
        Assert.InRange(body.Length, 0, Size - HeldBack);
        Assert.True(Content.AsSpan(0, body.Length).SequenceEqual(body));
        await edge.AssertNotStoredAsync(_sample.BlobDigest(0));
    }

    [Fact]
    public async Task SmallBlob_IsVerifiedBeforeItsHeaders()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        var gate = edge.Origin.HoldAt(_sample.BlobDigest(1), Sample.SmallBytes - 1);

        var answer = edge.Client.OpenAsync(_sample.BlobPath(1));
        await gate.ReachedAsync();
        Assert.False(answer.IsCompleted);
        gate.Release();

        using var response = await answer;
        Assert.True(await EdgeClient.IsEqualAsync(await response.Content.ReadAsStreamAsync(), _sample.Layers[1].Bytes));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientsLeave_FillCompletes(bool hasHeaders)
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        var gate = edge.Origin.HoldAt(_sample.BlobDigest(0), hasHeaders ? Size / 2 : 0);

        using (var leaving = new EdgeClient(edge.Pull))
        {
            var opened = leaving.OpenAsync(_sample.BlobPath(0));
            await gate.ReachedAsync();
            if (hasHeaders)
            {
                using var response = await opened;
            }
        }

        await Eventually.TrueAsync(() => edge.InFlight == 0);
        Assert.Equal(1, edge.Fills.Active);
        gate.Release();
        await edge.SettleAsync();

        var next = await edge.Client.GetAsync(_sample.BlobPath(0));
        next.AssertIs(Content);
        Assert.Equal("EdgeCache; hit", next.CacheStatus);
        Assert.Equal(1, edge.Origin.Log.Count(When.AnyBlob));
    }

    [Fact]
    public async Task TwoHundredClientsOnAColdBlob_AreOneUpstreamGet()
    {
        const int Clients = 200;
        var large = Sample.Create("team/large", 64 << 20);
        var edge = await StartAsync(new EdgeSetup { Repositories = [large.Repository] });
        edge.Origin.BytesPerSecond = 40_000_000;
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var pulls = Enumerable.Range(0, Clients).Select(async _ =>
        {
            await start.Task;
            using var response = await edge.Client.OpenAsync(large.BlobPath(0));
            var isEqual = await EdgeClient.IsEqualAsync(await response.Content.ReadAsStreamAsync(), large.Layers[0].Bytes);
            return ((int)response.StatusCode, isEqual);
        }).ToArray();
        start.SetResult();

        Assert.All(await Task.WhenAll(pulls), result => Assert.Equal((200, true), result));
        var get = Assert.Single(edge.Origin.Log.Where(When.AnyBlob));
        Assert.Equal(64 << 20, get.BytesSent);
    }

    [Fact]
    public async Task SlowFollower_ReadsToTheEndAfterTheFillIsOver()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        var gate = edge.Origin.HoldAt(_sample.BlobDigest(0), Size / 2);
        using var slow = await edge.Client.OpenAsync(_sample.BlobPath(0));
        gate.Release();
        await Eventually.TrueAsync(() => edge.Fills.Active == 0);

        Assert.True(await EdgeClient.IsEqualAsync(await slow.Content.ReadAsStreamAsync(), Content));
    }
}
