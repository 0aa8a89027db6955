using System.Text;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Blobs;

public sealed class BlobStoreTests : IDisposable
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("some bytes of a layer");
    private static readonly Digest ContentDigest = Digest.Compute(Content);

    private readonly TempFolder _temp = new();
    private readonly CacheFolder _folder;
    private readonly FakeTimeProvider _clock = new();
    private readonly BlobStore _store;

    public BlobStoreTests()
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

    [Theory]
    [InlineData(DigestAlgorithm.Sha256)]
    [InlineData(DigestAlgorithm.Sha512)]
    public async Task Publish_GivesTheBytesTheirFinalName(DigestAlgorithm algorithm)
    {
        var digest = Digest.Compute(Content, algorithm);
        using (var writer = _store.Create(digest, BlobPool.Blobs, Content.Length))
        {
            writer.Append(Content.AsSpan(0, 5));
            writer.Append(Content.AsSpan(5));
            Assert.Equal(digest, writer.Finish());
            Assert.Equal(PublishOutcome.Published, _store.Publish(writer));
        }

        Assert.Equal(Content, File.ReadAllBytes(_folder.Paths.File(BlobPool.Blobs, digest)));
        using var lease = _store.Acquire(digest, BlobPool.Blobs, Content.Length);
        var buffer = new byte[64];
        Assert.Equal(Content.Length, await lease!.ReadAsync(buffer, 0, default));
    }

    [Fact]
    public void DisposeWithoutPublish_LeavesNothing()
    {
        using (var writer = _store.Create(ContentDigest, BlobPool.Blobs, Content.Length))
        {
            writer.Append(Content);
        }

        Assert.False(File.Exists(_folder.Paths.File(BlobPool.Blobs, ContentDigest)));
    }

    [Fact]
    public void UnknownLength_FileHasTheWrittenLength()
    {
        Put(Content, expectedBytes: 0);

        Assert.Equal(Content.Length, new FileInfo(_folder.Paths.File(BlobPool.Blobs, ContentDigest)).Length);
    }

    [Fact]
    public void PreallocatedTooLong_FileHasTheWrittenLength()
    {
        Put(Content, expectedBytes: 4096);

        Assert.Equal(Content.Length, new FileInfo(_folder.Paths.File(BlobPool.Blobs, ContentDigest)).Length);
    }

    [Fact]
    public void MoreThanTheDiskHolds_IsRefusedBeforeTheFirstByte() =>
        Assert.ThrowsAny<IOException>(() => _store.Create(ContentDigest, BlobPool.Blobs, 1L << 60));

    [Fact]
    public void Preallocation_DoesNotShowInTheLength()
    {
        using var writer = _store.Create(ContentDigest, BlobPool.Blobs, 4096);
        writer.Append(Content);

        Assert.Equal(Content.Length, new FileInfo(Assert.Single(Directory.GetFiles(_folder.Paths.Temporary))).Length);
    }

    [Fact]
    public void PublishTwice_SecondIsDropped()
    {
        Put(Content);
        using var writer = _store.Create(ContentDigest, BlobPool.Blobs, Content.Length);
        writer.Append(Content);

        Assert.Equal(PublishOutcome.AlreadyThere, _store.Publish(writer));
    }

    [Fact]
    public async Task UnlinkWhileRead_ReaderCompletesAndBytesAreReleasedAfterwards()
    {
        Put(Content);
        long released = 0;
        _store.DoomedReleased = (_, bytes) => released += bytes;
        var lease = _store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length)!;

        Assert.Equal(UnlinkOutcome.Doomed, _store.Unlink(ContentDigest, BlobPool.Blobs));

        Assert.Null(_store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length));
        var buffer = new byte[64];
        Assert.Equal(Content.Length, await lease.ReadAsync(buffer, 0, default));
        Assert.Equal(Content, buffer[..Content.Length]);
        Assert.Equal(0, released);
        lease.Dispose();
        Assert.Equal(Content.Length, released);
    }

    [Fact]
    public void UnlinkUnread_FreesAtOnce()
    {
        Put(Content);

        Assert.Equal(UnlinkOutcome.Freed, _store.Unlink(ContentDigest, BlobPool.Blobs));
        Assert.Equal(UnlinkOutcome.Absent, _store.Unlink(ContentDigest, BlobPool.Blobs));
    }

    [Fact]
    public void FileOfAnotherLength_IsRemovedAndNotServed()
    {
        Put(Content);
        var path = _folder.Paths.File(BlobPool.Blobs, ContentDigest);
        File.WriteAllBytes(path, Content[..^1]);

        Assert.Null(_store.Acquire(ContentDigest, BlobPool.Blobs, Content.Length));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Scan_FindsEveryBlobWithItsPoolAndSkipsForeignFiles()
    {
        Put(Content);
        Put(Content, pool: BlobPool.Manifests);
        File.WriteAllText(Path.Combine(_folder.Paths.Pool(BlobPool.Blobs), "sha256", "not-a-digest"), "x");

        var found = _store.Scan().ToList();

        Assert.Equal([BlobPool.Blobs, BlobPool.Manifests], found.Select(blob => blob.Pool).Order());
        Assert.All(found, blob => Assert.Equal((ContentDigest, Content.Length), (blob.Digest, (int)blob.SizeBytes)));
    }

    [Fact]
    public void Sweep_DeletesUnfinishedFiles()
    {
        File.WriteAllText(Path.Combine(_folder.Paths.Temporary, "7.part"), "unfinished");

        Assert.Equal(1, _store.Temporary.Sweep(DateTime.MinValue));
    }

    private void Put(byte[] content, long? expectedBytes = null, BlobPool pool = BlobPool.Blobs)
    {
        using var writer = _store.Create(Digest.Compute(content), pool, expectedBytes ?? content.Length);
        writer.Append(content);
        _store.Publish(writer);
    }
}
