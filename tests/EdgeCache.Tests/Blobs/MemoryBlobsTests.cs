using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using Xunit;

namespace EdgeCache.Tests.Blobs;

public class MemoryBlobsTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(100 * MiB, 8)]
    [InlineData(192 * MiB, 16)]
    [InlineData(16_384 * MiB, 64)]
    public void LittleMemory_HasFewFiles(long memoryBytes, int files) => Assert.Equal(files, MemoryBlobs.MaxFilesWithin(memoryBytes));

    [Fact]
    public void AsManyAsThereMayBe_AndOnesPlaceIsTheNexts()
    {
        var blobs = new MemoryBlobs(maxFiles: 1);
        var digest = Digest.Compute("content"u8);
        var first = blobs.Create(digest, BlobPool.Blobs);

        Assert.Throws<IOException>(() => blobs.Create(digest, BlobPool.Blobs));
        Assert.Equal(1, blobs.Count);

        first.Release();
        blobs.Create(digest, BlobPool.Blobs).Release();
        Assert.Equal(0, blobs.Count);
    }
}
