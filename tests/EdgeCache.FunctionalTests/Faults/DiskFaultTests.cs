using EdgeCache.Core.Blobs;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EdgeCache.FunctionalTests.Faults;

/// <summary>A disk that is full or broken, or becomes so: every client gets everything all the same, and once it is well again the cache stores (PROMISES, ENOSPC).</summary>
public sealed class DiskFaultTests : EdgeTests
{
    private const int Clients = 6;
    private const int HugeBytes = 20 << 20;

    private readonly Sample _sample = Sample.Create("team/app", HugeBytes, Sample.LargeBytes, Sample.SmallBytes);
    private readonly FaultyDisk _disk = new();

    [Theory]
    [InlineData("ENOSPC")]
    [InlineData("EIO")]
    [InlineData("EROFS")]
    public async Task DiskThatTakesNothing_NoClientFails_AndCachingComesBack(string fault)
    {
        var edge = await StartEdgeAsync();
        _disk.Refuse(() => ErrorOf(fault));

        await PullAllAsync(edge);
        await PullAllAsync(edge);

        Assert.Equal(0, await edge.MetricAsync("edgecache_disk_storing"));
        Assert.Contains(fault == "ENOSPC" ? "\"full, passes through" : "\"fails, passes through", await ReadyAsync(edge), StringComparison.Ordinal);
        Assert.Empty(CacheFiles.Final(edge.Cache));

        _disk.Recover();
        await Eventually.TrueAsync(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            return edge.Store.Disk.Fault == DiskFault.None;
        });
        await PullAllAsync(edge);
        await edge.SettleAsync();
        Assert.Contains("\"stores\"", await ReadyAsync(edge), StringComparison.Ordinal);
        Assert.Equal(_sample.Layers.Length + 1, CacheFiles.AssertVerified(edge.Cache));
        Assert.Equal("EdgeCache; hit", (await edge.Client.GetAsync(_sample.BlobPath(0))).CacheStatus);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300_000)]
    [InlineData(11_000_000)]
    public async Task DiskThatFillsUpInTheMiddle_NoClientFails(int bytes)
    {
        var edge = await StartEdgeAsync();
        _disk.Fault = call => call.Name == "Write" && call.Offset >= bytes ? FaultyDisk.NoSpace() : null;

        await PullAllAsync(edge);

        Assert.False(CacheFiles.Holds(edge.Cache, _sample.BlobDigest(0)));
        Assert.Empty(edge.Origin.Failures);
    }

    [Fact]
    public async Task DiskThatCannotMakeAnythingDurable_NoClientFails()
    {
        var edge = await StartEdgeAsync();
        _disk.Fault = call => call.Name == "SyncFile" ? FaultyDisk.InputOutput() : null;

        await PullAllAsync(edge);

        await edge.SettleAsync();
        Assert.Empty(CacheFiles.Final(edge.Cache));
    }

    [Fact]
    public async Task ReadOnlyDisk_ServesWhatItHas()
    {
        var edge = await StartEdgeAsync();
        await PullAllAsync(edge);
        await edge.SettleAsync();
        edge.Origin.Log.Clear();
        _disk.Refuse(FaultyDisk.ReadOnly);

        await PullAllAsync(edge);

        Assert.Empty(edge.Origin.Log.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SmallFilesThatBrokeWhileTheNodeWasDown_AreFetchedAgainInTheSameRequest(bool isReadOnly)
    {
        var edge = await StartEdgeAsync();
        await PullAllAsync(edge);
        await edge.StopNodeAsync();
        foreach (var (_, path) in CacheFiles.Final(edge.Cache).Where(file => file.Key != _sample.BlobDigest(0) && file.Key != _sample.BlobDigest(1)))
        {
            var bytes = await File.ReadAllBytesAsync(path);
            bytes[bytes.Length / 2] ^= 4;
            await File.WriteAllBytesAsync(path, bytes);
        }

        edge.Origin.Log.Clear();
        await edge.StartNodeAsync();
        await edge.Store.Loaded;
        if (isReadOnly)
        {
            _disk.Refuse(FaultyDisk.ReadOnly);
        }

        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(2))).AssertIs(_sample.Layers[2].Bytes);

        Assert.Equal(1, edge.Origin.Log.Count(When.AnyBlob));
        Assert.Equal(2, await edge.MetricAsync("edgecache_damaged_total"));
        _disk.Recover();
        if (isReadOnly)
        {
            // What could not be removed is replaced once that can be.
            await Eventually.TrueAsync(() =>
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
                return edge.Store.Disk.Fault == DiskFault.None;
            });
            await PullAllAsync(edge);
        }

        await edge.SettleAsync();
        await edge.StopNodeAsync();
        CacheFiles.AssertVerified(edge.Cache);
    }

    private static Exception ErrorOf(string fault) => fault switch
    {
        "ENOSPC" => FaultyDisk.NoSpace(),
        "EIO" => FaultyDisk.InputOutput(),
        _ => FaultyDisk.ReadOnly(),
    };

    private static async Task<string> ReadyAsync(EdgeFixture edge)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return await http.GetStringAsync(new Uri(edge.Node.AdminAddress, "/healthz/ready"));
    }

    /// <summary>Several clients pull the image at once, as real ones do: the manifest, then every blob.</summary>
    private async Task PullAllAsync(EdgeFixture edge)
    {
        await Parallel.ForAsync(0, Clients, new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (_, _) =>
        {
            (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
            for (var layer = 0; layer < _sample.Layers.Length; layer++)
            {
                (await edge.Client.GetAsync(_sample.BlobPath(layer))).AssertIs(_sample.Layers[layer].Bytes);
            }
        });
    }

    private Task<EdgeFixture> StartEdgeAsync() => StartAsync(new EdgeSetup
    {
        Repositories = [_sample.Repository],
        Clock = Clock,
        Services = services => services.AddSingleton<IDisk>(_disk),
    });
}
