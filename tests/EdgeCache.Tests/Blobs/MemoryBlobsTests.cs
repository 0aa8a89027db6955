using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using Xunit;

namespace EdgeCache.Tests.Blobs;

public class MemoryBlobsTests
{
    private const long MiB = 1 << 20;
    private static readonly Digest AnyDigest = Digest.Compute("content"u8);

    [Theory]
    [InlineData(0, 3 * MiB)]
    [InlineData(100 * MiB, 50 * MiB)]
    [InlineData(16_384 * MiB, 384 * MiB)]
    public void LittleMemory_IsNotAllTheirs(long memoryBytes, long bytes) => Assert.Equal(bytes, PassThroughOptions.Within(memoryBytes).MaxBytes);

    [Theory]
    [InlineData(0, 6)] // Windows of 4, 4, 1, 1, 1, 1 MiB, and 2 MiB with each.
    [InlineData(1L << 40, 6)]
    [InlineData(2 * MiB, 12)]
    [InlineData(128 * 1024, 192)]
    public void AsManyAsThereIsMemoryFor_AndOnesPlaceIsTheNexts(long contentBytes, int files)
    {
        var blobs = new MemoryBlobs(new PassThroughOptions { MaxBytes = 24 * MiB });
        var created = Enumerable.Range(0, files).Select(number => blobs.Create(AnyDigest, BlobPool.Blobs, contentBytes, out _)).ToList();

        Assert.Throws<IOException>(() => blobs.Create(AnyDigest, BlobPool.Blobs, contentBytes, out _));
        Assert.Equal(files, blobs.Count);

        created[0].Release();
        blobs.Create(AnyDigest, BlobPool.Blobs, contentBytes, out _).Release();
        created.Skip(1).ToList().ForEach(file => file.Release());
        Assert.Equal(0, blobs.Count);
    }

    [Fact]
    public void WindowsAreSmaller_WhereHalfOfTheMemoryIsTaken()
    {
        var blobs = new MemoryBlobs(new PassThroughOptions { MaxBytes = 24 * MiB });
        var windows = new List<long>();
        var files = Enumerable.Range(0, 4).Select(number =>
        {
            var file = blobs.Create(AnyDigest, BlobPool.Blobs, 0, out var windowBytes);
            windows.Add(windowBytes);
            return file;
        }).ToList();

        files.ForEach(file => file.Release());

        Assert.Equal([4 * MiB, 4 * MiB, MiB, MiB], windows);
        blobs.Create(AnyDigest, BlobPool.Blobs, 5 * MiB, out var whole).Release();
        Assert.Equal(5 * MiB, whole);
    }
}
