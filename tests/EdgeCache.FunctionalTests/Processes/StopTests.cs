using EdgeCache.Configuration;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using Xunit;

namespace EdgeCache.FunctionalTests.Processes;

public sealed class StopTests : EdgeTests, IDisposable
{
    private const int Terminate = 15;
    private const int Interrupt = 2;
    private readonly Sample _sample = Sample.Create("team/app", Sample.LargeBytes, Sample.SmallBytes);
    private readonly TempFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    [Theory]
    [InlineData(Terminate)]
    [InlineData(Interrupt)]
    public async Task Signal_LetsTheDownloadEnd_AndIsExitCode0(int signal)
    {
        var origin = await StartOriginAsync(_sample.Repository);
        var gate = origin.HoldAt(_sample.BlobDigest(0), Sample.LargeBytes / 2);
        await using var node = await NodeProcess.StartAsync(
            origin, _cache, new Dictionary<string, string?> { ["EDGECACHE__DRAIN__DELAY"] = "00:00:02" });
        using var download = await node.Client.OpenAsync(_sample.BlobPath(0));
        await gate.ReachedAsync();
        Assert.Equal(200, (await node.Client.GetAsync("/healthz/ready")).Status);

        node.Signal(signal);
        await Eventually.TrueAsync(() => IsNotReadyAsync(node));
        gate.Release();

        Assert.True(await EdgeClient.IsEqualAsync(await download.Content.ReadAsStreamAsync(), _sample.Layers[0].Bytes));
        Assert.Equal(0, await node.EndAsync());
        Assert.Contains(_sample.BlobDigest(0), CacheFiles.Final(_cache).Keys);
    }

    [Fact]
    public async Task Drain_IsNotReadyAtOnce_StillAccepts_ThenEnds()
    {
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_sample.Repository],
            Clock = Clock,
            Node = node => node with { Drain = new DrainOptions { Delay = TimeSpan.FromSeconds(10) } },
        });
        var gate = edge.Origin.HoldAt(_sample.BlobDigest(0), Sample.LargeBytes / 2);
        using var download = await edge.Client.OpenAsync(_sample.BlobPath(0));
        await gate.ReachedAsync();

        var stopping = edge.StopNodeAsync();
        var client = edge.Client;
        Assert.Equal(503, (await client.GetAsync("/healthz/ready")).Status);
        Assert.Equal(200, (await client.GetAsync("/healthz/live")).Status);
        (await client.GetAsync(_sample.BlobPath(1))).AssertIs(_sample.Layers[1].Bytes);
        Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.False(stopping.IsCompleted);
        gate.Release();

        Assert.True(await EdgeClient.IsEqualAsync(await download.Content.ReadAsStreamAsync(), _sample.Layers[0].Bytes));
        await stopping.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Empty(CacheFiles.Temporary(edge.Cache));
    }

    [Fact]
    public async Task StopWithAFillThatNobodyReads_LeavesNoTemporaryFile()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        _ = edge.Origin.HoldAt(_sample.BlobDigest(0), Sample.LargeBytes / 2);
        using (var leaving = new EdgeClient(edge.Pull))
        {
            using var opened = await leaving.OpenAsync(_sample.BlobPath(0));
        }

        Assert.Equal(1, edge.Fills.Active);
        await edge.StopNodeAsync().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Empty(CacheFiles.Temporary(edge.Cache));
        Assert.Empty(CacheFiles.Final(edge.Cache));
    }

    [Fact]
    public async Task SecondNodeOnTheFolder_EndsWithOneLineThatNamesIt()
    {
        var origin = await StartOriginAsync(_sample.Repository);
        await using var first = await NodeProcess.StartAsync(origin, _cache);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => NodeProcess.StartAsync(origin, _cache));

        Assert.Contains($"The cache folder {_cache.Path} is in use by another node", refused.Message, StringComparison.Ordinal);
        (await first.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
    }

    /// <summary>503, or no connection at all once the delay is over.</summary>
    private static async Task<bool> IsNotReadyAsync(NodeProcess node) => (await node.Client.GetAsync("/healthz/ready")).Status != 200;
}
