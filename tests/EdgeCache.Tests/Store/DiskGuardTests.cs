using System.Security.Cryptography;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Store;

/// <summary>What a store does on a disk that is full or broken, and when it is so no more.</summary>
public sealed class DiskGuardTests : IAsyncLifetime
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(10_000);
    private static readonly Digest ContentDigest = Digest.Compute(Content);
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");

    private readonly StoreFixture _fixture = new(options: options => options with { Disk = new DiskOptions { MinFreeBytes = 1 << 20, MinFreeFiles = 0.1 } });

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    private CacheStore Store => _fixture.Store;

    public static TheoryData<string, DiskFault> Faults => new()
    {
        { "ENOSPC", DiskFault.Full }, { "EIO", DiskFault.Failed }, { "EROFS", DiskFault.Failed }, { "EACCES", DiskFault.Failed },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task DiskThatRefuses_IsNotAskedAgain_UntilAProbeIsWritten(string fault, DiskFault expected)
    {
        _fixture.Disk.Refuse(() => Error(fault));

        using (var first = Store.BeginFollowed(ContentDigest, Content.Length))
        {
            Assert.True(first.Writer.IsInMemory);
            first.Writer.Append(Content);
            Assert.False(Store.Publish(first));
        }

        Assert.Equal(expected, Store.Disk.Fault);
        Assert.NotEmpty(Store.Disk.Reason);
        var created = Count("Create");
        using (var second = Store.BeginFollowed(ContentDigest, Content.Length))
        {
            Assert.True(second.Writer.IsInMemory);
        }

        Assert.Equal(created, Count("Create"));
        var probed = Count("CreateFolder");
        await AdvanceUntilAsync(() => Count("CreateFolder") > probed + 1);
        Assert.Equal(expected, Store.Disk.Fault);

        _fixture.Disk.Recover();
        await AdvanceUntilAsync(() => Store.Disk.Fault == DiskFault.None);
        Assert.Equal(ContentDigest, _fixture.Put(Content));
    }

    [Fact]
    public async Task Recovery_ComesWithinAMinute()
    {
        _fixture.Disk.Refuse(FaultyDisk.InputOutput);
        Store.BeginFollowed(ContentDigest, Content.Length).Dispose();
        await AdvanceUntilAsync(() => false, TimeSpan.FromMinutes(10));

        _fixture.Disk.Recover();
        await AdvanceUntilAsync(() => Store.Disk.Fault == DiskFault.None, TimeSpan.FromMinutes(1));

        Assert.Equal(DiskFault.None, Store.Disk.Fault);
    }

    [Fact]
    public void WriteThatFails_GoesOnInMemory()
    {
        using var pending = Store.BeginFollowed(ContentDigest, Content.Length);
        pending.Writer.Append(Content.AsSpan(0, 4_000));
        _fixture.Disk.Fault = call => call.Name == "Write" ? FaultyDisk.NoSpace() : null;

        var refused = Assert.Throws<IOException>(() => pending.Writer.Append(Content.AsSpan(4_000)));
        Assert.True(Store.TryGoOnInMemory(pending, Content.Length - 4_000, refused));

        pending.Writer.Append(Content.AsSpan(4_000));
        Assert.Equal((DiskFault.Full, 4_000L), (Store.Disk.Fault, pending.Writer.InMemoryFrom));
        Assert.False(Store.Publish(pending));
        Assert.Empty(Directory.EnumerateFiles(_fixture.Paths.Temporary));
    }

    [Fact]
    public void FsyncThatFails_IsADiskThatFails()
    {
        using var pending = Store.Begin(ContentDigest, BlobPool.Blobs, Content.Length);
        pending.Writer.Append(Content);
        _fixture.Disk.Fault = call => call.Name == "SyncFile" ? FaultyDisk.InputOutput() : null;

        Assert.Throws<IOException>(() => Store.Publish(pending));

        Assert.Equal(DiskFault.Failed, Store.Disk.Fault);
        Assert.False(Store.Contains(ContentDigest));
    }

    [Fact]
    public void BlobThatIsMerelyTooLong_SaysNothingOfOthers()
    {
        _fixture.Disk.Space = new DiskSpace(100 << 20, 1L << 30, 1_000, 2_000);
        _fixture.Disk.Fault = call => call.Name == "Create" ? FaultyDisk.NoSpace() : null;

        using (var large = Store.BeginFollowed(ContentDigest, 200 << 20))
        {
            Assert.True(large.Writer.IsInMemory);
        }

        Assert.Equal(DiskFault.None, Store.Disk.Fault);
    }

    [Fact]
    public void TooManyOpenFiles_SaysNothingOfTheDisk()
    {
        _fixture.Disk.Refuse(() => new IOException("Too many open files", 24));

        Store.BeginFollowed(ContentDigest, Content.Length).Dispose();

        Assert.Equal(DiskFault.None, Store.Disk.Fault);
    }

    [Fact]
    public void ManifestOnADiskThatRefuses_IsLinkedAndNotStored()
    {
        _fixture.Disk.Refuse(FaultyDisk.ReadOnly);
        Store.BeginFollowed(ContentDigest, Content.Length).Dispose();
        var manifest = new TestManifest((ContentDigest, Content.Length));

        Store.PutManifest(A, manifest.Digest, manifest.Content, manifest.Document);

        Assert.Equal(LookupState.Miss, Store.LookupManifest(A, manifest.Digest).State);
        Assert.True(Store.LookupBlob(A, ContentDigest).IsLinked);
    }

    [Fact]
    public void RemovalThatTheDiskRefuses_ChangesNothing()
    {
        _fixture.Put(Content);
        _fixture.Disk.Refuse(FaultyDisk.ReadOnly);

        Assert.Throws<IOException>(() => Store.Remove(ContentDigest));

        Assert.True(Store.Contains(ContentDigest));
        Assert.Equal((1, 10_000L), (Store.Eviction.Usage(BlobPool.Blobs).Objects, Store.Eviction.Usage(BlobPool.Blobs).UsedBytes));
    }

    [Fact]
    public async Task LittleRoomOnTheFileSystem_IsKeptFreeByEviction()
    {
        var digests = Enumerable.Range(0, 100).Select(number => _fixture.Put([.. Content, .. BitConverter.GetBytes(number)])).ToList();
        _fixture.Disk.Space = new DiskSpace((1 << 20) - 500_000, 1L << 30, 2_000, 2_000);

        await AdvanceUntilAsync(() => Store.Eviction.Usage(BlobPool.Blobs).UsedBytes < 500_000);

        Assert.False(Store.Contains(digests[0]));
        Assert.True(Store.Contains(digests[^1]));
        Assert.Equal(DiskFault.None, Store.Disk.Fault);

        _fixture.Disk.Space = new DiskSpace(1L << 30, 1L << 30, 2_000, 2_000);
        await AdvanceUntilAsync(() => Store.Eviction.Usage(BlobPool.Blobs).LimitBytes > 30 << 20);
    }

    [Fact]
    public async Task FewInodes_AreKeptFreeByEviction()
    {
        for (var number = 0; number < 100; number++)
        {
            _fixture.Put(BitConverter.GetBytes(number));
        }

        // A tenth of 2,000 should be free; 50 are missing.
        _fixture.Disk.Space = new DiskSpace(1L << 30, 1L << 30, 150, 2_000);

        await AdvanceUntilAsync(() => Store.Eviction.Usage(BlobPool.Blobs).Objects <= 50);
    }

    [Fact]
    public async Task FullDisk_IsTriedAgainOnlyWhenThereIsRoom()
    {
        _fixture.Disk.Space = new DiskSpace(1_000, 1L << 30, 2_000, 2_000);
        _fixture.Disk.Fault = call => call.Name == "Create" ? FaultyDisk.NoSpace() : null;
        Store.BeginFollowed(ContentDigest, Content.Length).Dispose();
        Assert.Equal(DiskFault.Full, Store.Disk.Fault);
        _fixture.Disk.Recover();
        await AdvanceUntilAsync(() => false, TimeSpan.FromMinutes(1));
        Assert.Equal(DiskFault.Full, Store.Disk.Fault);

        _fixture.Disk.Space = new DiskSpace(1 << 20, 1L << 30, 2_000, 2_000);

        await AdvanceUntilAsync(() => Store.Disk.Fault == DiskFault.None);
    }

    private static Exception Error(string name) => name switch
    {
        "ENOSPC" => FaultyDisk.NoSpace(),
        "EIO" => FaultyDisk.InputOutput(),
        "EROFS" => FaultyDisk.ReadOnly(),
        _ => new UnauthorizedAccessException("Permission denied"),
    };

    private int Count(string name) => _fixture.Disk.Calls.Count(call => call.Name == name);

    /// <summary>Moves the clock on in seconds until something is so, or for a time.</summary>
    private async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan? atMost = null)
    {
        for (var seconds = 0; seconds < (atMost ?? TimeSpan.FromMinutes(2)).TotalSeconds && !condition(); seconds++)
        {
            // The guard waits on a timer again before the next second passes.
            await Eventually.TrueAsync(() => _fixture.Clock.ActiveTimers >= 2);
            _fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        if (atMost is null)
        {
            await Eventually.TrueAsync(condition);
        }
    }
}
