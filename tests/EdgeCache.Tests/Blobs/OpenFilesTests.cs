using System.Text;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Blobs;

/// <summary>What stays open between readers, and what its use leaves on disk: <see cref="BlobStore"/> with its open files.</summary>
public sealed class OpenFilesTests : IDisposable
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("some bytes of a layer");
    private static readonly Digest ContentDigest = Digest.Compute(Content);

    private readonly TempFolder _temp = new();
    private readonly CacheFolder _folder;
    private readonly FakeTimeProvider _clock = new();
    private readonly BlobStore _store;

    public OpenFilesTests()
    {
        _folder = CacheFolder.Open(_temp.Path);
        _store = new BlobStore(_folder.Paths, SystemDisk.Instance, _clock, NullLogger.Instance);
    }

    public void Dispose()
    {
        Assert.Equal(0, _store.OpenFiles);
        _store.Dispose();
        Assert.Empty(Directory.EnumerateFiles(_folder.Paths.Temporary));
        _folder.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void ManyReaders_ShareOneOpenFile()
    {
        Put(Content);

        var leases = Enumerable.Range(0, 50).Select(_ => _store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length)!).ToList();

        Assert.Single(leases.Select(lease => lease.Handle).Distinct());
        Assert.Equal(1, _store.OpenFiles);
        leases.ForEach(lease => lease.Dispose());
    }

    [Fact]
    public void Use_IsRecordedOnDiskCoarsely()
    {
        Put(Content);
        _clock.SetUtcNow(DateTimeOffset.UtcNow.AddDays(3));

        _store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length)!.Dispose();

        Assert.Equal(_clock.GetUtcNow(), _store.Find(ContentDigest)!.Value.LastUsed, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task ReadAgain_NeedsNoFileOfThatNameForAWhile()
    {
        Put(Content);
        _store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length)!.Dispose();
        var path = _folder.Paths.File(BlobPool.Blobs, ContentDigest);
        File.Delete(path);

        using (var lease = _store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length))
        {
            Assert.Equal(Content.Length, await lease!.ReadAsync(new byte[64], 0, default));
        }

        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(_store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length));
    }

    [Fact]
    public void ReadAgainAfterAWhile_RecordsTheUse()
    {
        Put(Content);
        for (var minutes = 0; minutes < 60; minutes += 5)
        {
            _clock.Advance(TimeSpan.FromMinutes(5));
            _store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length)!.Dispose();
        }

        Assert.Equal(_clock.GetUtcNow(), _store.Find(ContentDigest)!.Value.LastUsed, TimeSpan.FromMinutes(11));
    }

    [Fact]
    public void UnlinkedAfterItWasRead_IsFreedAtOnce()
    {
        Put(Content);
        _store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length)!.Dispose();

        Assert.Equal(UnlinkOutcome.Freed, _store.Unlink(ContentDigest, BlobPool.Blobs));
        Assert.Null(_store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length));
    }

    [Fact]
    public void PublishedAgain_ServesTheNewFile()
    {
        Put(Content);
        using var old = _store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length)!;
        File.Delete(_folder.Paths.File(BlobPool.Blobs, ContentDigest));
        Put(Content);

        using var lease = _store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length)!;

        Assert.NotSame(old.Handle, lease.Handle);
    }

    [Fact]
    public async Task ReadAndUnlinkedByMany_EveryHoldEnds()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(reader => Task.Run(() =>
        {
            for (var i = 0; i < 300; i++)
            {
                if (reader == 0)
                {
                    Put(Content);
                    _store.Unlink(ContentDigest, BlobPool.Blobs);
                }
                else
                {
                    _store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length)?.Dispose();
                }
            }
        })));

        Assert.Null(_store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length));
    }

    [Fact(Timeout = 60_000)]
    public async Task MoreFilesThanAreKept_OpenedByMany_NobodyWaitsForAnother()
    {
        using var store = new BlobStore(_folder.Paths, SystemDisk.Instance, _clock, NullLogger.Instance, maxKeptFiles: 4);
        var digests = Enumerable.Range(0, 64).Select(number => BitConverter.GetBytes(number)).Select(content =>
        {
            Put(content);
            return Digest.Compute(content);
        }).ToList();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 5_000; i++)
            {
                store.Acquire(digests[random.Next(digests.Count)], BlobPool.Blobs, sizeof(int))!.Dispose();
            }
        })));

        Assert.Equal(0, store.OpenFiles);
    }

    [Fact]
    public void PublishedAndStillRead_IsKeptOpen()
    {
        using var writer = _store.Create(ContentDigest, BlobPool.Blobs, Content.Length);
        writer.Append(Content);
        writer.Finish();
        _store.Publish(writer);
        using (var first = _store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length)!)
        {
            writer.Dispose();
        }

        File.Delete(_folder.Paths.File(BlobPool.Blobs, ContentDigest));
        using var second = _store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length);
        Assert.NotNull(second);
    }

    [Fact]
    public void AlwaysReadByOneOrAnother_RecordsTheUseAllTheSame()
    {
        Put(Content);
        var lease = _store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length)!;
        for (var minutes = 0; minutes < 60; minutes += 5)
        {
            _clock.Advance(TimeSpan.FromMinutes(5));
            var next = _store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length)!;
            Assert.Same(lease.Handle, next.Handle);
            lease.Dispose();
            lease = next;
        }

        lease.Dispose();
        Assert.Equal(_clock.GetUtcNow(), _store.Find(ContentDigest)!.Value.LastUsed, TimeSpan.FromMinutes(11));
    }

    private void Put(byte[] content, long? expectedBytes = null, BlobPool pool = BlobPool.Blobs)
    {
        using var writer = _store.Create(Digest.Compute(content), pool, expectedBytes ?? content.Length);
        writer.Append(content);
        _store.Publish(writer);
    }
}
