using System.Security.Cryptography;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Store;

/// <summary>What a hit is sent from: <see cref="CacheStore.AcquireContentAsync"/>.</summary>
public sealed class StoredContentTests : IAsyncLifetime
{
    private readonly byte[] _small = RandomNumberGenerator.GetBytes(5_000);
    private readonly byte[] _large = RandomNumberGenerator.GetBytes(100_000);
    private readonly StoreFixture _fixture = new();

    private CacheStore Store => _fixture.Store;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task Small_ComesFromMemory()
    {
        var digest = Put(_small);
        (await AcquireAsync(digest)).Dispose();
        using var first = await AcquireAsync(digest);
        File.Delete(FileOf(digest));

        using var second = await AcquireAsync(digest);

        Assert.Equal(_small, second.Memory!.Value);
        Assert.Equal(first.Memory!.Value, second.Memory!.Value);
        Assert.Equal(($"{digest}", $"\"{digest}\"", 5_000L), (second.Text.Value, second.Text.EntityTag, second.SizeBytes));
        Assert.Null(second.Lease);
        Assert.Equal(1, Store.HotObjects);
        Assert.InRange(Store.HotBytes, 5_000, 6_000);
    }

    [Fact]
    public async Task SmallReadOnce_IsAHoldOnTheFile()
    {
        using var content = await AcquireAsync(Put(_small));

        Assert.NotNull(content.Lease);
        Assert.Equal(0, Store.HotObjects);
    }

    [Fact]
    public async Task Large_IsAHoldOnTheFile()
    {
        var digest = Put(_large);

        using var content = await AcquireAsync(digest);

        Assert.Null(content.Memory);
        Assert.Equal(_large.Length, content.SizeBytes);
        Assert.Equal(1, Store.OpenFiles);
        Assert.Equal(0, Store.HotObjects);
    }

    [Fact]
    public async Task Empty_IsContent()
    {
        using var content = await AcquireAsync(Put([]));

        Assert.False(content.IsNone);
        Assert.Equal(0, content.SizeBytes);
    }

    [Fact]
    public async Task NotStored_IsNone()
    {
        using var content = await AcquireAsync(Digest.Compute(_small));

        Assert.True(content.IsNone);
        Assert.Throws<InvalidOperationException>(() => content.Text);
    }

    [Fact]
    public async Task SmallFileWithAWrongByte_IsSetAsideAndNotServedFromMemory()
    {
        var digest = Put(_small);
        await File.WriteAllBytesAsync(FileOf(digest), [.. _small[..^1], (byte)(_small[^1] ^ 1)]);
        (await AcquireAsync(digest)).Dispose();

        using var content = await AcquireAsync(digest);

        Assert.True(content.IsNone);
        Assert.False(Store.Contains(digest));
        Assert.False(File.Exists(FileOf(digest)));
        Assert.Equal(1, Store.DamagedObjects);
        Assert.Equal((0, 0L), (Store.Eviction.Usage(BlobPool.Blobs).Objects, Store.Eviction.Usage(BlobPool.Blobs).UsedBytes));
    }

    [Fact]
    public async Task Discarded_IsGoneFromEverywhere()
    {
        var digest = Put(_small);
        using (var damaged = await AcquireAsync(digest))
        {
            (await AcquireAsync(digest)).Dispose();
            Assert.Equal(1, Store.HotObjects);

            Store.Discard(damaged.Lease!); // Read for the first time: a hold on the file.
            Store.Discard(damaged.Lease!);
        }

        Assert.False(Store.Contains(digest));
        Assert.True((await AcquireAsync(digest)).IsNone);
        Assert.Equal(0, Store.HotObjects);
        Assert.False(File.Exists(FileOf(digest)));
    }

    [Fact]
    public async Task DiscardedWhileItIsRead_CountsUntilTheReaderLeaves()
    {
        var digest = Put(_large);
        var content = await AcquireAsync(digest);

        Store.Discard(content.Lease!); // Too large to be copied.

        Assert.Equal(_large.Length, Store.Eviction.Usage(BlobPool.Blobs).DoomedBytes);
        content.Dispose();
        Assert.Equal(0, Store.Eviction.Usage(BlobPool.Blobs).DoomedBytes);
    }

    [Fact]
    public async Task DiscardedAfterAnotherTookItsPlace_TheOtherStays()
    {
        var digest = Put(_large);
        using var damaged = await AcquireAsync(digest);
        Store.Discard(damaged.Lease!); // Too large to be copied.
        Put(_large);

        Store.Discard(damaged.Lease!);

        using var content = await AcquireAsync(digest);
        Assert.False(content.IsNone);
    }

    [Fact]
    public async Task HotForAnHour_ItsFileSaysWhenItWasUsed()
    {
        var digest = Put(_small);
        for (var minutes = 0; minutes < 60; minutes++)
        {
            _fixture.Clock.Advance(TimeSpan.FromMinutes(1));
            (await AcquireAsync(digest)).Dispose();
        }

        Assert.Equal(_fixture.Clock.GetUtcNow().UtcDateTime, File.GetLastWriteTimeUtc(FileOf(digest)), TimeSpan.FromMinutes(11));
    }

    [Fact]
    public async Task CopyIsOld_OneCallerMakesItAnewAndTheOthersGoOn()
    {
        var digest = Put(_small);
        (await AcquireAsync(digest)).Dispose();
        using var first = await AcquireAsync(digest);
        _fixture.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.False(Store.TryGetHot(digest, out _));
        Assert.True(Store.TryGetHot(digest, out var old));
        using var renewed = await AcquireAsync(digest);

        Assert.Equal(_small, old.Memory!.Value);
        Assert.Equal(1, Store.HotObjects);
    }

    [Fact]
    public async Task HotContent_IsTouchedForEviction()
    {
        var hot = Put(_small);
        var cold = Put(_large);
        (await AcquireAsync(hot)).Dispose();
        _fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        (await AcquireAsync(cold)).Dispose();
        _fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        (await AcquireAsync(hot)).Dispose();

        // Room for one of the two: the other was used last.
        Store.Eviction.SetLimit(50_000);

        await Eventually.TrueAsync(() => !Store.Contains(cold));
        Assert.True(Store.Contains(hot));
    }

    [Fact]
    public async Task SwitchedOff_EverythingIsAHoldOnTheFile()
    {
        await using var fixture = new StoreFixture(hot: new HotOptions { LimitBytes = 0 });
        var digest = Put(fixture.Store, _small);

        using var content = await fixture.Store.AcquireContentAsync(digest, default);

        Assert.NotNull(content.Lease);
        Assert.Equal(0, fixture.Store.HotBytes);
    }

    [Fact]
    public async Task ManySmallObjects_StayBelowTheLimit()
    {
        await using var fixture = new StoreFixture(hot: new HotOptions { LimitBytes = 100_000 });
        for (var i = 0; i < 50; i++)
        {
            var digest = Put(fixture.Store, RandomNumberGenerator.GetBytes(5_000));
            (await fixture.Store.AcquireContentAsync(digest, default)).Dispose();
            (await fixture.Store.AcquireContentAsync(digest, default)).Dispose();
            Assert.InRange(fixture.Store.HotBytes, 1, 100_000);
        }
    }

    [Fact]
    public async Task ReadingIsCancelled_NothingStaysOpen()
    {
        var digest = Put(_small);
        (await AcquireAsync(digest)).Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.AcquireContentAsync(digest, new CancellationToken(canceled: true)));

        Assert.Equal(0, Store.OpenFiles);
        Assert.True(Store.Contains(digest));
    }

    private ValueTask<StoredContent> AcquireAsync(in Digest digest) => Store.AcquireContentAsync(digest, default);

    private string FileOf(Digest digest) => _fixture.Paths.File(BlobPool.Blobs, digest);

    private Digest Put(byte[] content) => Put(Store, content);

    private static Digest Put(CacheStore store, byte[] content)
    {
        using var pending = store.Begin(Digest.Compute(content), BlobPool.Blobs, content.Length);
        pending.Writer.Append(content);
        Assert.True(store.Publish(pending));
        return pending.Writer.Expected;
    }
}
