using System.Security.Cryptography;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using Xunit;

namespace EdgeCache.Tests.Store;

/// <summary>Manifests and small blobs are hashed when they are read for the first time after a start (PROMISES, bit rot).</summary>
public sealed class FirstReadTests : IAsyncLifetime
{
    private readonly StoreFixture _fixture = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    private CacheStore Store => _fixture.Store;

    [Theory]
    [InlineData(100, BlobPool.Blobs)]
    [InlineData(100_000, BlobPool.Blobs)]
    [InlineData((1 << 20) - 1, BlobPool.Blobs)]
    [InlineData(3 << 20, BlobPool.Manifests)]
    public async Task DamagedBetweenTwoRuns_IsNeverServed(int length, BlobPool pool)
    {
        var digest = _fixture.Put(RandomNumberGenerator.GetBytes(length), pool);
        await _fixture.ReopenAsync(() => _fixture.Damage(digest, pool));

        using var content = await Store.AcquireContentAsync(digest, default);

        Assert.True(content.IsNone);
        Assert.False(Store.Contains(digest));
        Assert.False(File.Exists(_fixture.Paths.File(pool, digest)));
        Assert.Single(Directory.GetFiles(_fixture.Paths.Quarantine));
        Assert.Equal(1, Store.DamagedObjects);
    }

    [Fact]
    public async Task DamagedBetweenTwoRuns_ManyReadItAtOnce_NobodyIsServedAndItCountsOnce()
    {
        var digest = _fixture.Put(RandomNumberGenerator.GetBytes(500_000));
        await _fixture.ReopenAsync(() => _fixture.Damage(digest));
        await Store.Loaded;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            using var content = await Store.AcquireContentAsync(digest, default);
            Assert.True(content.IsNone);
        })));

        Assert.Equal(1, Store.DamagedObjects);
    }

    [Fact]
    public async Task Sound_IsHashedOnce()
    {
        var digest = _fixture.Put(RandomNumberGenerator.GetBytes(100_000));
        await _fixture.ReopenAsync();
        (await Store.AcquireContentAsync(digest, default)).Dispose();
        _fixture.Damage(digest);

        using var content = await Store.AcquireContentAsync(digest, default);

        // From here on it is the scrubber's.
        Assert.False(content.IsNone);
    }

    [Fact]
    public async Task WrittenByThisProcess_IsNotHashed()
    {
        var digest = _fixture.Put(RandomNumberGenerator.GetBytes(100_000));
        _fixture.Damage(digest);

        using var content = await Store.AcquireContentAsync(digest, default);

        Assert.False(content.IsNone);
    }

    [Fact]
    public async Task LargeBlob_IsTheScrubbers()
    {
        var digest = _fixture.Put(RandomNumberGenerator.GetBytes(1 << 20));
        await _fixture.ReopenAsync(() => _fixture.Damage(digest));

        using var content = await Store.AcquireContentAsync(digest, default);

        Assert.False(content.IsNone);
    }

    [Fact]
    public async Task SlotThatWasAnothers_SaysNothingOfItsNewObject()
    {
        var old = _fixture.Put(RandomNumberGenerator.GetBytes(1_000));
        var digest = _fixture.Put(RandomNumberGenerator.GetBytes(2_000));
        await _fixture.ReopenAsync();
        foreach (var stored in (Digest[])[old, digest])
        {
            (await Store.AcquireContentAsync(stored, default)).Dispose();
        }

        // Both slots are known to be good; what takes them next is not.
        Store.Remove(old);
        Store.Remove(digest);
        var found = RandomNumberGenerator.GetBytes(3_000);
        var path = _fixture.Paths.File(BlobPool.Blobs, Digest.Compute(found));
        await _fixture.ReopenAsync(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!); // It has a folder.
            File.WriteAllBytes(path, found);
        });
        _fixture.Damage(Digest.Compute(found));

        using var content = await Store.AcquireContentAsync(Digest.Compute(found), default);

        Assert.True(content.IsNone);
    }

    [Fact]
    public async Task DiskThatLetsNothingBeRemoved_ServesNoWrongByte()
    {
        var digest = _fixture.Put(RandomNumberGenerator.GetBytes(1_000));
        await _fixture.ReopenAsync(() => _fixture.Damage(digest));
        await Store.Loaded;
        _fixture.Disk.Refuse(EdgeCache.Testing.FaultyDisk.ReadOnly);

        for (var round = 0; round < 3; round++)
        {
            using var content = await Store.AcquireContentAsync(digest, default);
            Assert.True(content.IsNone);
        }

        Assert.False(Store.Contains(digest));
    }
}
