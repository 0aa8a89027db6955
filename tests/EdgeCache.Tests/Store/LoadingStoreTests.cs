using System.Security.Cryptography;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Store;

/// <summary>What a store does while nothing of its folder has been scanned yet, and whether the books balance afterwards.</summary>
public sealed class LoadingStoreTests : IAsyncLifetime
{
    private const int Size = 100_000;

    /// <summary>Half of it is the blobs': room for twenty.</summary>
    private const long LimitBytes = 4 << 20;

    private readonly StoreFixture _fixture = new(LimitBytes);
    private readonly List<Digest> _found = [];
    private HeldScan? _scan;

    private CacheStore Store => _fixture.Store;

    private HeldScan Scan => _scan ?? throw new InvalidOperationException("Not loading.");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _scan?.Release();
        await _fixture.DisposeAsync();
        _scan?.Dispose();
    }

    [Fact]
    public async Task BlobOnDisk_IsThereAtTheFirstLookUp()
    {
        await LoadAsync(files: 2);

        Assert.True(Store.Contains(_found[0]));
        using (var content = await Store.AcquireContentAsync(_found[1], default))
        {
            Assert.Equal(Size, content.SizeBytes);
        }

        Assert.False(Store.IsLoaded);
        await FinishAsync();
        AssertBooks(objects: 2);
    }

    [Fact]
    public async Task BlobPublishedMeanwhile_IsThereAtOnce_AndCountedOnce()
    {
        await LoadAsync(files: 2);
        var content = RandomNumberGenerator.GetBytes(Size);
        Assert.False(Store.Contains(Digest.Compute(content)));

        var added = _fixture.Put(content);

        Assert.True(Store.Contains(added));
        Assert.False(Store.IsLoaded);
        await FinishAsync();
        Assert.True(Store.Contains(added));
        AssertBooks(objects: 3);
    }

    [Fact]
    public async Task BlobThatWasThere_PublishedOnceMore_IsCountedOnce()
    {
        var content = RandomNumberGenerator.GetBytes(Size);
        _fixture.Put(content);
        await LoadAsync(files: 0);

        _fixture.Put(content);

        await FinishAsync();
        AssertBooks(objects: 1);
    }

    [Fact]
    public async Task BlobRemovedMeanwhile_StaysRemoved()
    {
        await LoadAsync(files: 2);
        var added = _fixture.Put(RandomNumberGenerator.GetBytes(Size));

        Store.Remove(_found[0]);
        Store.Remove(added);

        Assert.False(Store.Contains(_found[0]));
        await FinishAsync();
        Assert.False(Store.Contains(_found[0]));
        Assert.False(Store.Contains(added));
        AssertBooks(objects: 1);
    }

    [Fact]
    public async Task MoreThanTheLimit_PublishedBesideWhatIsNotCountedYet_IsEvictedInTheEnd()
    {
        await LoadAsync(files: 18);
        for (var number = 0; number < 18; number++)
        {
            _fixture.Put(RandomNumberGenerator.GetBytes(Size));
        }

        await FinishAsync();

        await Eventually.TrueAsync(() => !Store.Eviction.IsEvicting && Usage.UsedBytes <= Usage.LimitBytes * 0.95);
        AssertBooks((int)Usage.Objects);
        Assert.InRange(Usage.Objects, 15, 20);
    }

    private PoolUsage Usage => Store.Eviction.Usage(BlobPool.Blobs);

    /// <summary>Reopens the store with so many more blobs on disk, and has its scan wait before the first one.</summary>
    private async Task LoadAsync(int files)
    {
        _found.AddRange(Enumerable.Range(0, files).Select(_ => _fixture.Put(RandomNumberGenerator.GetBytes(Size))));
        await _fixture.ReopenAsync(() => _fixture.Logger = _scan = new HeldScan(_fixture.Path));
        await Scan.ReachedAsync();
        Assert.Equal(0, Usage.Objects);
    }

    private async Task FinishAsync()
    {
        Scan.Release();
        await Store.Loaded;
    }

    /// <summary>What is counted is what lies on the disk.</summary>
    private void AssertBooks(int objects)
    {
        var files = new DirectoryInfo(_fixture.Paths.Pool(BlobPool.Blobs)).EnumerateFiles("*", SearchOption.AllDirectories).ToList();
        Assert.Equal((objects, (long)objects * Size, objects), (Usage.Objects, Usage.UsedBytes, files.Count));
        Assert.Equal(0, Usage.ReservedBytes);
    }
}
