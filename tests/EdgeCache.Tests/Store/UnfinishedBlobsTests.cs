using System.Security.Cryptography;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Store;

public sealed class UnfinishedBlobsTests : IAsyncLifetime
{
    private const int MiB = 1 << 20;
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private CacheStore? _store;

    /// <summary>64 MiB in all, of which the blobs' share is less: 4 MiB of unfinished ones, and not 8.</summary>
    private CacheStore Store => _store ?? throw new InvalidOperationException("Not open.");

    public Task InitializeAsync()
    {
        Open();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task KeptOverARestart_CountsAsUsedUntilItIsTakenUp()
    {
        var content = RandomNumberGenerator.GetBytes(2 * MiB);
        var digest = Digest.Compute(content);
        Keep(digest, content);
        Assert.Equal(2 * MiB, Reserved());

        await ReopenAsync();

        Assert.Equal((1, 2L * MiB), (Store.UnfinishedBlobs, Reserved()));
        using var pending = Store.TryTakeUp(digest, -1)!;
        Assert.True(await pending.Writer.TryHashAgainAsync(default));
        Assert.Equal((digest, 2L * MiB, 0), (pending.Writer.Finish(), pending.Writer.WrittenBytes, Store.UnfinishedBlobs));
        Assert.Null(Store.TryTakeUp(digest, -1));
    }

    [Fact]
    public void KnownLength_LeavesAByteToAskFor()
    {
        var digest = Digest.Compute("whole"u8);
        Keep(digest, new byte[2 * MiB]);

        using var pending = Store.TryTakeUp(digest, 2 * MiB)!;

        Assert.Equal((2 * MiB) - 1, pending.Writer.WrittenBytes);
    }

    [Fact]
    public void BeyondTheShare_TheOldestGo()
    {
        var digests = Enumerable.Range(0, 6).Select(index => Digest.Compute([(byte)index])).ToList();
        foreach (var digest in digests)
        {
            Keep(digest, new byte[MiB]);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(Store.UnfinishedBlobs, 1, 5);
        Assert.Equal(Store.UnfinishedBlobs, Directory.GetFiles(_folder.Combine("partial")).Length);
        Assert.Equal(Store.UnfinishedBlobs * (long)MiB, Reserved());
        Assert.Null(Store.TryTakeUp(digests[0], -1));
        using var newest = Store.TryTakeUp(digests[^1], -1);
        Assert.NotNull(newest);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(-1)]
    public async Task OldOnes_AndThoseOfTheFuture_Go(int days)
    {
        Keep(Digest.Compute("old"u8), new byte[MiB]);
        _clock.SetUtcNow(_clock.GetUtcNow().AddDays(days));

        await ReopenAsync();

        Assert.Equal((0, 0L), (Store.UnfinishedBlobs, Reserved()));
        Assert.Empty(Directory.GetFiles(_folder.Combine("partial")));
    }

    /// <summary>What a process left that was killed; and what one left before the system started, of which a power cut may have taken anything.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(10_000, 0)]
    public async Task KilledProcess_LeavesWhatItWroteSinceTheSystemStarted(int daysAgo, int kept)
    {
        var digest = Digest.Compute("killed"u8);
        var path = _folder.Combine("tmp", $"sha256-{digest.ToHex()}.1.part");
        await Store.DisposeAsync();
        await File.WriteAllBytesAsync(path, new byte[MiB]);
        await File.WriteAllBytesAsync(_folder.Combine("tmp", $"sha256-{Digest.Compute("short"u8).ToHex()}.2.part"), new byte[1000]);
        await File.WriteAllBytesAsync(_folder.Combine("tmp", "3.part"), new byte[MiB]);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-daysAgo));

        Open();

        Assert.Equal(kept, Store.UnfinishedBlobs);
        Assert.Empty(Directory.GetFiles(_folder.Combine("tmp")));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(10_000, 0)]
    public async Task WhatAKilledProcessLeft_CountsOnlyUntilTheSystemStartsAgain(int daysAgo, int kept)
    {
        var digest = Digest.Compute("killed"u8);
        await Store.DisposeAsync();
        await File.WriteAllBytesAsync(_folder.Combine("tmp", $"sha256-{digest.ToHex()}.1.part"), new byte[MiB]);
        Open();
        await Store.DisposeAsync();
        File.SetLastWriteTimeUtc(Assert.Single(Directory.GetFiles(_folder.Combine("partial"))), DateTime.UtcNow.AddDays(-daysAgo));

        Open();

        Assert.Equal((kept, kept), (Store.UnfinishedBlobs, Directory.GetFiles(_folder.Combine("partial")).Length));
        using var pending = Store.TryTakeUp(digest, -1);
        Assert.Equal(kept == 1 ? MiB : 0, pending?.Writer.WrittenBytes ?? 0);
    }

    private void Keep(Digest digest, byte[] content)
    {
        using var pending = Store.BeginFollowed(digest, content.Length);
        pending.Writer.Append(content);
        Store.KeepUnfinished(pending);
    }

    private long Reserved() => Store.Eviction.Usage(BlobPool.Blobs).ReservedBytes;

    private async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Open();
    }

    private void Open() => _store = CacheStore.Open(
        new StoreOptions { Path = _folder.Path, Eviction = new EvictionOptions { LimitBytes = 64 * MiB } }, _clock, NullLogger<CacheStore>.Instance);
}
