using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Hosting;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.FunctionalTests.Cache;

public sealed class RestartTests : EdgeTests
{
    private const int Size = 4 << 20;
    private readonly Sample _sample = Sample.Create("team/app", Size, Sample.SmallBytes);

    [Fact]
    public async Task SecondNodeOnTheFolder_IsRefusedByName()
    {
        var edge = await StartWarmAsync();

        var refusal = Assert.Throws<CacheFolderException>(() => EdgeNode.Build(edge.Options));

        Assert.Contains(edge.Cache.Path, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("in use by another node", refusal.Message, StringComparison.Ordinal);
        await AssertAllHitsAsync(edge);
    }

    [Fact]
    public async Task RestartedNode_HitsWithoutAskingUpstream()
    {
        var edge = await StartWarmAsync();
        Clock.Advance(TimeSpan.FromMinutes(4));

        await edge.RestartNodeAsync();

        await AssertAllHitsAsync(edge);
        Clock.Advance(TimeSpan.FromMinutes(2));
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        Assert.Equal(OriginRequestKind.ManifestHead, Assert.Single(edge.Origin.Log.Requests).Kind);
    }

    [Fact]
    public async Task RestartedNodeWithoutUpstream_ServesWhatItHas()
    {
        var edge = await StartWarmAsync();
        await edge.Origin.StopAsync();

        await edge.RestartNodeAsync();

        await AssertAllHitsAsync(edge);
    }

    [Fact]
    public async Task RestartedNode_KnowsItsBytesAndObjects()
    {
        var edge = await StartWarmAsync();
        var bytes = await edge.MetricAsync("edgecache_cache_bytes");

        await edge.RestartNodeAsync();
        await edge.Store.Loaded;

        Assert.Equal(Size + Sample.SmallBytes + _sample.Image.Bytes.Length, bytes);
        Assert.Equal(bytes, await edge.MetricAsync("edgecache_cache_bytes"));
        Assert.Equal(3, await edge.MetricAsync("edgecache_cache_objects"));
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("garbled")]
    [InlineData("truncated")]
    [InlineData("flipped")]
    public async Task LostIndex_IsRebuiltWhileServing_AndNoBytesAreFetchedAgain(string damage)
    {
        var edge = await StartWarmAsync();
        await edge.StopNodeAsync();
        Damage(edge.Cache.Combine("index"), damage);

        await edge.StartNodeAsync();
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(1))).AssertIs(_sample.Layers[1].Bytes);
        (await edge.Client.GetAsync(_sample.ManifestPath)).AssertIs(_sample.Image.Bytes);
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);

        // The links are asked again, by answers that are stopped at their headers: there is no fill.
        await edge.SettleAsync();
        Assert.Equal((0, 0), (edge.Fills.Verified, edge.Fills.Failed));
        await edge.Store.Loaded;
        edge.Origin.Log.Clear();
        await AssertAllHitsAsync(edge);
        await edge.RestartNodeAsync();
        await AssertAllHitsAsync(edge);
    }

    [Fact]
    public async Task NodeWhoseIndexLoads_HitsFillsAndPurges_AndTheBooksBalance()
    {
        HeldScan? scan = null;
        var other = Sample.CreateSeeded("team/other", 2, Sample.LargeBytes);
        var edge = await StartWarmAsync(services => services.AddSingleton<ILogger<CacheStore>>(scan ?? (ILogger<CacheStore>)NullLogger<CacheStore>.Instance));
        edge.Origin.Content.Add(other.Repository);
        await edge.StopNodeAsync();
        using var held = scan = new HeldScan(edge.Cache.Path);
        try
        {
            await edge.StartNodeAsync();
            await held.ReachedAsync();
            // The journal is replayed beside the scan, and has the links.
            await Eventually.TrueAsync(() => edge.Store.LookupBlob(new RepositoryKey(EdgeFixture.DefaultUpstream, _sample.Repository.Name), _sample.BlobDigest(0)).IsLinked);

            (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
            Assert.Empty(edge.Origin.Log.Requests);
            (await edge.Client.GetAsync(other.BlobPath(0))).AssertIs(other.Layers[0].Bytes);
            await edge.SettleAsync();
            Assert.Equal("EdgeCache; hit", (await edge.Client.GetAsync(other.BlobPath(0))).CacheStatus);
            Assert.Single(edge.Origin.Log.Where(When.AnyBlob));
            edge.Store.Remove(_sample.BlobDigest(1));
            Assert.False(CacheFiles.Holds(edge.Cache, _sample.BlobDigest(1)));
            Assert.Contains("\"loading\"", await ReadyAsync(edge), StringComparison.Ordinal);
        }
        finally
        {
            held.Release();
        }

        await edge.Store.Loaded;
        Assert.Contains("\"complete\"", await ReadyAsync(edge), StringComparison.Ordinal);
        var usage = edge.Usage(BlobPool.Blobs);
        Assert.Equal((2, (long)Size + Sample.LargeBytes), (usage.Objects, usage.UsedBytes));
    }

    [Fact]
    public async Task FileThatVanished_IsFetchedAgain()
    {
        var edge = await StartWarmAsync();
        File.Delete(CacheFiles.Final(edge.Cache)[_sample.BlobDigest(0)]);

        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);

        await edge.SettleAsync();
        Assert.Equal("EdgeCache; hit", (await edge.Client.GetAsync(_sample.BlobPath(0))).CacheStatus);
        Assert.Equal(1, edge.Origin.Log.Count(When.AnyBlob));
    }

    [Fact]
    public async Task FileCutShortWhileTheNodeServes_IsTornOnceAndFetchedAgain()
    {
        var edge = await StartWarmAsync();
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        var path = CacheFiles.Final(edge.Cache)[_sample.BlobDigest(0)];
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            file.SetLength(Size / 2);
        }

        Assert.True((await edge.Client.GetAsync(_sample.BlobPath(0))).IsTorn);

        await Eventually.TrueAsync(() => !edge.Store.Contains(_sample.BlobDigest(0)));
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        await edge.SettleAsync();
        Assert.Equal("EdgeCache; hit", (await edge.Client.GetAsync(_sample.BlobPath(0))).CacheStatus);
        Assert.Equal(1, edge.Origin.Log.Count(When.AnyBlob));
    }

    [Fact]
    public async Task UnfinishedFilesOfAnEarlierRun_AreSwept()
    {
        var edge = await StartWarmAsync();
        await edge.StopNodeAsync();
        edge.Cache.Write("tmp/left-behind", "half a layer");

        await edge.StartNodeAsync();

        Assert.Empty(CacheFiles.Temporary(edge.Cache));
        await AssertAllHitsAsync(edge);
    }

    private static void Damage(string index, string damage)
    {
        if (damage == "deleted")
        {
            Directory.Delete(index, recursive: true);
            return;
        }

        var files = Directory.GetFiles(index, "*", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            switch (damage)
            {
                case "garbled":
                    new Random(1).NextBytes(bytes);
                    break;
                case "truncated":
                    bytes = bytes[..(bytes.Length / 3)];
                    break;
                default:
                    for (var position = 7; position < bytes.Length; position += 97)
                    {
                        bytes[position] ^= 0x40;
                    }

                    break;
            }

            File.WriteAllBytes(file, bytes);
        }
    }

    private async Task AssertAllHitsAsync(EdgeFixture edge)
    {
        // While the journal is replayed, a link that is not known yet is asked upstream.
        await edge.Store.Loaded;
        foreach (var (path, content) in ((string, byte[])[])[
            (_sample.TagPath(), _sample.Image.Bytes), (_sample.ManifestPath, _sample.Image.Bytes),
            (_sample.BlobPath(0), _sample.Layers[0].Bytes), (_sample.BlobPath(1), _sample.Layers[1].Bytes)])
        {
            var answer = await edge.Client.GetAsync(path);
            answer.AssertIs(content);
            Assert.StartsWith("EdgeCache; hit", answer.CacheStatus, StringComparison.Ordinal);
        }

        Assert.Empty(edge.Origin.Log.Requests);
    }

    private static async Task<string> ReadyAsync(EdgeFixture edge)
    {
        using var admin = new EdgeClient(edge.Node.AdminAddress);
        return System.Text.Encoding.UTF8.GetString((await admin.GetAsync(HealthEndpoints.ReadyPath)).Body);
    }

    private async Task<EdgeFixture> StartWarmAsync(Action<IServiceCollection>? services = null)
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository], Clock = Clock, Services = services });
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(1))).AssertIs(_sample.Layers[1].Bytes);
        await edge.SettleAsync();
        edge.Origin.Log.Clear();
        return edge;
    }
}
