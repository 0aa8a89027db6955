using System.Security.Cryptography;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Blobs;

/// <summary>A writer that goes on in memory where the disk takes no more.</summary>
public sealed class BlobWriterTests : IDisposable
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(9 << 20);

    private readonly TempFolder _temp = new();
    private readonly CacheFolder _folder;
    private readonly BlobStore _store;

    public BlobWriterTests()
    {
        _folder = CacheFolder.Open(_temp.Path);
        _store = new BlobStore(_folder.Paths, SystemDisk.Instance, TimeProvider.System, NullLogger.Instance, passThrough: new PassThroughOptions { MaxBytes = 12 << 20 });
    }

    public void Dispose()
    {
        Assert.Equal((0, 0), (_store.InMemory, _store.OpenFiles));
        Assert.Empty(Directory.EnumerateFiles(_folder.Paths.Temporary));
        _folder.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task GoesOnInMemory_AtTheSameOffsets()
    {
        using var writer = _store.Create(Digest.Compute(Content), BlobPool.Blobs, 0);
        writer.Append(Content.AsSpan(0, 3_000_000));
        using var before = writer.OpenLease()!; // The writer is not disposed.

        writer.GoOnInMemory(restBytes: 0);
        Assert.Empty(Directory.EnumerateFiles(_folder.Paths.Temporary));
        writer.Append(Content.AsSpan(3_000_000));

        using var after = writer.OpenLease()!; // As above.
        Assert.Equal(3_000_000, writer.InMemoryFrom);
        Assert.Equal(Content[..3_000_000], await ReadAsync(before, 0, 3_000_000));
        Assert.Equal(Content[3_000_000..], await ReadAsync(after, 3_000_000, Content.Length - 3_000_000));
        Assert.True(await writer.IsIntactAsync(default));
        Assert.Equal(Digest.Compute(Content), writer.Finish());
        Assert.Throws<InvalidOperationException>(() => _store.Publish(writer));
    }

    [Fact]
    public async Task ForgottenMemory_IsGivenBack_AndTheRestStays()
    {
        using var writer = _store.CreateInMemory(Digest.Compute(Content), BlobPool.Blobs, Content.Length);
        writer.Append(Content);
        using var lease = writer.OpenLease()!; // The writer is not disposed.

        writer.ForgetBefore(5_000_000);

        const int Whole = 4 << 20; // Of granules before the offset there are two.
        Assert.Equal(Content[Whole..], await ReadAsync(lease, Whole, Content.Length - Whole));
        Assert.All(await ReadAsync(lease, 0, Whole), taken => Assert.Equal(0, taken));
    }

    [Fact]
    public void MoreInMemoryThanAllowed_AreRefused()
    {
        var writers = Enumerable.Range(0, 3).Select(_ => _store.CreateInMemory(Digest.Compute(Content), BlobPool.Blobs, Content.Length)).ToList();

        Assert.Throws<IOException>(() => _store.CreateInMemory(Digest.Compute(Content), BlobPool.Blobs, Content.Length));
        using (var onDisk = _store.Create(Digest.Compute(Content), BlobPool.Blobs, 0))
        {
            Assert.Throws<IOException>(() => onDisk.GoOnInMemory(restBytes: 0));
            Assert.False(onDisk.IsInMemory);
        }

        writers.ForEach(writer => writer.Dispose());
    }

    private static async Task<byte[]> ReadAsync(BlobLease lease, long offset, int count)
    {
        var buffer = new byte[count];
        Assert.Equal(count, await lease.ReadAsync(buffer, offset, default));
        return buffer;
    }
}
