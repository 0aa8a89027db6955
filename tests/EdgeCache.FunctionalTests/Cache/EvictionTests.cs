using EdgeCache.Configuration;
using EdgeCache.Core.Blobs;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Cache;

public sealed class EvictionTests : EdgeTests
{
    private const int MiB = 1 << 20;

    /// <summary>Half of it is the manifests' (at least 16 MiB are theirs).</summary>
    private const long LimitBytes = 32 * MiB;

    [Fact]
    public async Task MoreThanFits_StaysBelowTheLimit_AndNoPullFails()
    {
        var sample = Sample.Create("team/app", [.. Enumerable.Repeat(MiB, 40)]);
        var edge = await StartSmallAsync(sample);
        (await edge.Client.GetAsync(sample.TagPath())).AssertIs(sample.Image.Bytes);

        await Parallel.ForAsync(0, sample.Layers.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (layer, _) =>
            (await edge.Client.GetAsync(sample.BlobPath(layer))).AssertIs(sample.Layers[layer].Bytes));
        await SettleAsync(edge);

        // The last victim's name may be gone a moment before it is counted.
        await Eventually.TrueAsync(() => CountBlobs(edge, sample) * (long)MiB == edge.Usage(BlobPool.Blobs).UsedBytes);
        var usage = edge.Usage(BlobPool.Blobs);
        Assert.InRange(usage.UsedBytes, 8 * MiB, LimitBytes / 2);
        // Some may not have been kept: while slow readers hold what was evicted, there is no room for more.
        Assert.Equal(CountBlobs(edge, sample), usage.Objects);
        Assert.InRange(usage.EvictedObjects, 1, sample.Layers.Length - usage.Objects);
        Assert.Equal(usage.EvictedObjects, await edge.MetricAsync("edgecache_evictions_total"));

        await edge.Origin.StopAsync();
        Assert.StartsWith("EdgeCache; hit", (await edge.Client.GetAsync(sample.TagPath())).CacheStatus, StringComparison.Ordinal);
        await edge.Origin.StartAgainAsync();
        (await edge.Client.GetAsync(sample.BlobPath(0))).AssertIs(sample.Layers[0].Bytes);
    }

    [Fact]
    public async Task LeastRecentlyUsedGoFirst_AlsoAfterARestart()
    {
        var sample = Sample.Create("team/app", [.. Enumerable.Repeat(MiB, 24)]);
        var edge = await StartSmallAsync(sample);
        for (var layer = 0; layer < 12; layer++)
        {
            (await edge.Client.GetAsync(sample.BlobPath(layer))).AssertIs(sample.Layers[layer].Bytes);
        }

        await SettleAsync(edge);
        Assert.Equal(12, edge.Usage(BlobPool.Blobs).Objects);
        Clock.Advance(TimeSpan.FromHours(1));
        foreach (var layer in (int[])[0, 1, 2, 3])
        {
            Assert.Equal("EdgeCache; hit", (await edge.Client.GetAsync(sample.BlobPath(layer))).CacheStatus);
        }

        await edge.RestartNodeAsync();
        await edge.Store.Loaded;
        Clock.Advance(TimeSpan.FromHours(1));
        for (var layer = 12; layer < 20; layer++)
        {
            (await edge.Client.GetAsync(sample.BlobPath(layer))).AssertIs(sample.Layers[layer].Bytes);
        }

        await SettleAsync(edge);
        var kept = CacheFiles.Final(edge.Cache).Keys;
        Assert.All([0, 1, 2, 3], layer => Assert.Contains(sample.BlobDigest(layer), kept));
        Assert.True(Enumerable.Range(4, 8).Count(layer => kept.Contains(sample.BlobDigest(layer))) < 8);
    }

    [Fact]
    public async Task BlobThatIsEvictedWhileItIsRead_IsReadToItsEnd()
    {
        // Larger than the socket buffers between node and client can be, so that the node still reads the file when it goes.
        var sample = Sample.Create("team/app", [24 * MiB, .. Enumerable.Repeat(4 * MiB, 10)]);
        var edge = await StartAsync(Setup(sample, 96 * MiB));
        (await edge.Client.GetAsync(sample.BlobPath(0))).AssertIs(sample.Layers[0].Bytes);
        await edge.SettleAsync();
        using var slow = await edge.Client.OpenAsync(sample.BlobPath(0));
        var body = await slow.Content.ReadAsStreamAsync();
        var first = new byte[MiB];
        await body.ReadExactlyAsync(first);

        edge.Store.Eviction.SetLimit(LimitBytes);
        await Eventually.TrueAsync(() => edge.Usage(BlobPool.Blobs).DoomedBytes == 24 * MiB);
        Assert.DoesNotContain(sample.BlobDigest(0), CacheFiles.Final(edge.Cache).Keys);
        (await edge.Client.GetAsync(sample.BlobPath(1))).AssertIs(sample.Layers[1].Bytes);

        Assert.True(sample.Layers[0].Bytes.AsSpan(0, MiB).SequenceEqual(first));
        Assert.True(await EdgeClient.IsEqualAsync(body, sample.Layers[0].Bytes.AsMemory(MiB)));
        await Eventually.TrueAsync(() => edge.Usage(BlobPool.Blobs).DoomedBytes == 0);
    }

    [Fact]
    public async Task BlobLargerThanTheCache_IsDeliveredAndNotKept()
    {
        var sample = Sample.Create("team/app", 24 * MiB, MiB);
        var edge = await StartSmallAsync(sample);

        (await edge.Client.GetAsync(sample.BlobPath(1))).AssertIs(sample.Layers[1].Bytes);
        (await edge.Client.GetAsync(sample.BlobPath(0))).AssertIs(sample.Layers[0].Bytes);
        await SettleAsync(edge);

        Assert.Equal([sample.BlobDigest(1)], CacheFiles.Final(edge.Cache).Keys);
        (await edge.Client.GetAsync(sample.BlobPath(0))).AssertIs(sample.Layers[0].Bytes);
        Assert.Equal(3, edge.Origin.Log.Count(When.AnyBlob));
    }

    [Fact]
    public async Task HotBlobEvictedOverAndOver_NeverComesShort()
    {
        var sample = Sample.Create("team/app", MiB);
        var edge = await StartSmallAsync(sample);
        using var done = new CancellationTokenSource();
        var evicting = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                edge.Store.Eviction.SetLimit(MiB);
                await Task.Yield();
                edge.Store.Eviction.SetLimit(LimitBytes);
            }
        });

        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (_, _) =>
            (await edge.Client.GetAsync(sample.BlobPath(0))).AssertIs(sample.Layers[0].Bytes));
        await done.CancelAsync();
        await evicting;
    }

    private static int CountBlobs(EdgeFixture edge, Sample sample) => sample.Layers.Count(layer => CacheFiles.Holds(edge.Cache, layer.Digest));

    /// <summary>Below the high watermark with nothing in progress: nothing is evicted any more but what is being removed already.</summary>
    private static Task SettleAsync(EdgeFixture edge) => Eventually.TrueAsync(() =>
        edge.Fills.Active == 0 && edge.Store.OpenFiles == 0 && edge.Usage(BlobPool.Blobs) is var usage && usage.UsedBytes <= usage.LimitBytes * 0.95);

    private Task<EdgeFixture> StartSmallAsync(Sample sample) => StartAsync(Setup(sample, LimitBytes));

    private EdgeSetup Setup(Sample sample, long limitBytes) => new()
    {
        Repositories = [sample.Repository],
        Clock = Clock,
        Node = node => node with { Cache = node.Cache with { Limit = CacheLimit.OfBytes(limitBytes) } },
    };
}
