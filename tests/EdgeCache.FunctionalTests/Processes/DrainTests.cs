using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Processes;

/// <summary>A node that is told to go while clients pull slowly (PROMISES, drain).</summary>
public sealed class DrainTests : EdgeTests, IDisposable
{
    private const int Terminate = 15;
    private const int Clients = 8;
    private const int Size = 4 << 20;

    private readonly Sample _sample = Sample.Create("team/app", [.. Enumerable.Repeat(Size, Clients / 2)]);
    private readonly TempFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task Terminated_ThrottledPullsEnd_NobodyNewIsTaken_AndTheNodeEndsWell()
    {
        var origin = await StartOriginAsync(_sample.Repository);
        var gate = origin.Hold(When.AnyBlob, Size / 2);
        await using var node = await NodeProcess.StartAsync(origin, _cache);
        var downloads = await OpenAsync(node, gate);

        node.Signal(Terminate);
        await Eventually.TrueAsync(() => IsRefusedAsync(node));
        origin.BytesPerSecond = 8_000_000;
        gate.Release();

        foreach (var (download, index) in downloads.Select((download, index) => (download, index)))
        {
            using (download)
            {
                Assert.True(await EdgeClient.IsEqualAsync(await download.Content.ReadAsStreamAsync(), _sample.Layers[index % _sample.Layers.Length].Bytes));
            }
        }

        Assert.Equal(0, await node.EndAsync());
        Assert.Equal(_sample.Layers.Length, CacheFiles.AssertVerified(_cache));
        Assert.Empty(CacheFiles.Temporary(_cache));
    }

    [Fact]
    public async Task PullsThatDoNotEndInTime_AreAborted_NeverCutShortQuietly()
    {
        var origin = await StartOriginAsync(_sample.Repository);
        var gate = origin.Hold(When.AnyBlob, Size / 2);
        await using var node = await NodeProcess.StartAsync(origin, _cache, new Dictionary<string, string?> { ["EDGECACHE__DRAIN__TIMEOUT"] = "00:00:02" });
        var downloads = await OpenAsync(node, gate);

        node.Signal(Terminate);

        foreach (var download in downloads)
        {
            using (download)
            {
                Assert.True((await EdgeClient.ReadAsync(await download.Content.ReadAsStreamAsync())).IsTorn);
            }
        }

        Assert.Equal(0, await node.EndAsync());
        Assert.Empty(CacheFiles.Temporary(_cache));
        Assert.Empty(CacheFiles.Final(_cache));
    }

    [Theory]
    [InlineData(15, 143)]
    [InlineData(2, 130)]
    public async Task SecondSignal_EndsAtOnce_WithNothingBrokenOnDisk(int signal, int exitCode)
    {
        var origin = await StartOriginAsync(_sample.Repository);
        await using (var node = await NodeProcess.StartAsync(origin, _cache))
        {
            (await node.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
            (await node.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
            var gate = origin.Hold(When.AnyBlob, Size / 2);
            using var download = await node.Client.OpenAsync(_sample.BlobPath(1));
            await gate.ReachedAsync();
            node.Signal(Terminate);
            await Eventually.TrueAsync(() => IsRefusedAsync(node));

            node.Signal(signal);

            Assert.Equal(exitCode, await node.EndAsync());
            Assert.True((await EdgeClient.ReadAsync(await download.Content.ReadAsStreamAsync())).IsTorn);
        }

        Assert.Equal(2, CacheFiles.AssertVerified(_cache));
        origin.Faults.Clear();
        await using var restarted = await NodeProcess.StartAsync(origin, _cache);
        Assert.Empty(CacheFiles.Temporary(_cache));
        (await restarted.Client.GetAsync(_sample.BlobPath(1))).AssertIs(_sample.Layers[1].Bytes);
    }

    /// <summary>Two clients for each layer, in the middle of it.</summary>
    private async Task<List<HttpResponseMessage>> OpenAsync(NodeProcess node, OriginGate gate)
    {
        var downloads = new List<HttpResponseMessage>();
        for (var client = 0; client < Clients; client++)
        {
            downloads.Add(await node.Client.OpenAsync(_sample.BlobPath(client % _sample.Layers.Length)));
        }

        for (var layer = 0; layer < _sample.Layers.Length; layer++)
        {
            await gate.ReachedAsync();
        }

        return downloads;
    }

    /// <summary>Whether new clients see that the node leaves: it is not ready, or takes no connection any more.</summary>
    private static async Task<bool> IsRefusedAsync(NodeProcess node)
    {
        using var client = new EdgeClient(node.Pull);
        try
        {
            return (await client.GetAsync("/healthz/ready")).Status != 200;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }
}
