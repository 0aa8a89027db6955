using EdgeCache.Core.Blobs;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Store;

public sealed class StoredBlobsTests : IAsyncLifetime
{
    private readonly TempFolder _temp = new();
    private readonly CacheFolder _folder;
    private readonly CacheIndex _index;
    private readonly BlobStore _blobs;
    private readonly StoredBlobs _stored;
    private readonly Evictor _evictor;

    public StoredBlobsTests()
    {
        _folder = CacheFolder.Open(_temp.Path);
        _index = CacheIndex.Open(new IndexOptions { Path = _folder.Paths.Index }, TimeProvider.System, NullLogger.Instance);
        _blobs = new BlobStore(_folder.Paths, SystemDisk.Instance, TimeProvider.System, NullLogger.Instance);
        _stored = new StoredBlobs(_index, _blobs, new HotObjects(new HotOptions(), TimeProvider.System), NullLogger.Instance);
        _evictor = new Evictor(new EvictionOptions { MaxObjects = 32, HighWatermark = 1, LowWatermark = 1 }, _stored, TimeProvider.System, NullLogger.Instance);
        _stored.Attach(_evictor);
        _stored.Complete();
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        Assert.Equal(0, _blobs.OpenFiles);
        Assert.Equal((0, 0), (Usage.DoomedBytes, Usage.ReservedBytes));
        await _evictor.DisposeAsync();
        await _index.DisposeAsync();
        _folder.Dispose();
        _temp.Dispose();
    }

    private PoolUsage Usage => _evictor.Usage(BlobPool.Blobs);

    [Fact]
    public void PoolFullOfObjects_FileIsRemovedAndCountedUntilItIsClosed()
    {
        for (var number = 0; number < 32; number++)
        {
            Assert.True(Put(BitConverter.GetBytes(number)));
        }

        Assert.False(Put("one too many"u8));

        Assert.Equal(32, Usage.Objects);
        Assert.Equal(32, _blobs.Scan().Count());
        Assert.Null(_stored.Acquire(Digest.Compute("one too many"u8)));
    }

    [Fact]
    public async Task FileEvictedSinceTheScanSawIt_IsNotTakenIn()
    {
        Put("bytes"u8);
        var seen = _blobs.Scan().Single();
        await _stored.RemoveAsync(seen.Digest, BlobPool.Blobs, default);
        _evictor.Remove(BlobPool.Blobs, 0, seen.Digest);

        Assert.False(_stored.Add(seen));

        Assert.False(_index.TryGetBlob(seen.Digest, out _));
        Assert.Equal((0, 0L), (Usage.Objects, Usage.UsedBytes));
    }

    [Fact]
    public async Task VictimWhoseIndexEntryIsLost_LosesItsFileAllTheSame()
    {
        Put("bytes"u8);
        var digest = Digest.Compute("bytes"u8);
        _index.RemoveBlob(digest);

        await _stored.RemoveAsync(digest, BlobPool.Blobs, default);

        Assert.Empty(_blobs.Scan());
        _evictor.Remove(BlobPool.Blobs, 0, digest);
    }

    [Fact]
    public async Task ManyPublishReadAndRemoveOneDigest_ReadersSeeTheWholeOrNothing()
    {
        var content = new byte[10_000];
        Random.Shared.NextBytes(content);
        var digest = Digest.Compute(content);
        var reads = 0;
        void Work(int worker)
        {
            var buffer = new byte[content.Length];
            for (var round = 0; round < 150; round++)
            {
                switch (worker % 3)
                {
                    case 0:
                        Put(content);
                        break;
                    case 1:
                        var removal = _stored.RemoveAsync(digest, BlobPool.Blobs, default);
                        if (removal.AsTask().GetAwaiter().GetResult() == VictimOutcome.Doomed)
                        {
                            _evictor.Doom(BlobPool.Blobs, content.Length);
                        }

                        break;
                    default:
                        using (var lease = _stored.Acquire(digest))
                        {
                            if (lease is not null)
                            {
                                Assert.Equal(content.Length, RandomAccess.Read(lease.Handle, buffer, 0));
                                Assert.Equal(content, buffer);
                                Interlocked.Increment(ref reads);
                            }
                        }

                        break;
                }
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 9).Select(worker => Task.Factory.StartNew(
            () => Work(worker), default, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        // Whatever the race left behind: one more publish makes it whole.
        Put(content);
        using var last = _stored.Acquire(digest);
        Assert.Equal(content.Length, last!.SizeBytes);
        Assert.True(_index.TryGetBlob(digest, out _));
    }

    private bool Put(ReadOnlySpan<byte> content)
    {
        var digest = Digest.Compute(content);
        using var writer = _blobs.Create(digest, BlobPool.Blobs, content.Length);
        writer.Append(content);
        _blobs.Publish(writer);
        return _stored.Add(new StoredBlob(digest, BlobPool.Blobs, content.Length, DateTimeOffset.UtcNow));
    }
}
