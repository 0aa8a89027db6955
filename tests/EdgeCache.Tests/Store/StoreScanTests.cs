using System.Buffers.Binary;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Store;

/// <summary>The start on a folder with many files: served at once, known in the end. With a million: <c>load -- idle</c>.</summary>
public sealed class StoreScanTests : IAsyncLifetime
{
    private const int Objects = 4_000;

    private readonly StoreFixture _fixture = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    private CacheStore Store => _fixture.Store;

    [Fact]
    public async Task ManyFiles_AreServedWhileTheyAreFound_AndAllKnownInTheEnd()
    {
        await _fixture.ReopenAsync(() => Fill(Objects));
        for (var number = 0; number < Objects; number += 1_000)
        {
            using var content = await Store.AcquireContentAsync(DigestOf(number), default);
            Assert.Equal(sizeof(int), content.SizeBytes);
        }

        await Store.Loaded;

        var usage = Store.Eviction.Usage(BlobPool.Blobs);
        Assert.Equal((Objects, (long)Objects * sizeof(int)), (usage.Objects, usage.UsedBytes));
        Assert.All(Enumerable.Range(0, Objects), number => Assert.True(Store.Contains(DigestOf(number))));
        Assert.False(Store.Contains(DigestOf(Objects)));
    }

    [Fact]
    public async Task RemovedWhileTheyAreFound_StayRemoved()
    {
        await _fixture.ReopenAsync(() => Fill(Objects));
        for (var number = 0; number < Objects; number += 10)
        {
            Store.Remove(DigestOf(number));
        }

        await Store.Loaded;

        Assert.Equal(Objects - (Objects / 10), Store.Eviction.Usage(BlobPool.Blobs).Objects);
        Assert.All(Enumerable.Range(0, Objects), number => Assert.Equal(number % 10 != 0, Store.Contains(DigestOf(number))));
    }

    [Fact]
    public async Task MoreThanTheLimit_IsEvictedWhileItIsFound()
    {
        await using var small = new StoreFixture(options: options => options with { Eviction = options.Eviction with { MaxObjects = 1_000 } });
        await small.ReopenAsync(() => Fill(3_000, small.Paths));

        await small.Store.Loaded;

        await Eventually.TrueAsync(() => small.Store.Eviction.Usage(BlobPool.Blobs).Objects <= 950);
        await Eventually.TrueAsync(() => Directory.EnumerateFiles(small.Paths.Pool(BlobPool.Blobs), "*", SearchOption.AllDirectories).Count()
            == small.Store.Eviction.Usage(BlobPool.Blobs).Objects);
    }

    [Fact]
    public async Task FileInAnothersFolder_IsNotCounted()
    {
        await _fixture.ReopenAsync(() =>
        {
            Fill(10);
            var wrong = Path.Combine(_fixture.Paths.Pool(BlobPool.Blobs), "sha256", DigestOf(3).ToHex().StartsWith("00", StringComparison.Ordinal) ? "01" : "00");
            Directory.CreateDirectory(wrong);
            File.Move(_fixture.Paths.File(BlobPool.Blobs, DigestOf(3)), Path.Combine(wrong, DigestOf(3).ToHex()));
        });

        await Store.Loaded;

        Assert.Equal(9, Store.Eviction.Usage(BlobPool.Blobs).Objects);
        Assert.False(Store.Contains(DigestOf(3)));
    }

    private static Digest DigestOf(int number)
    {
        Span<byte> content = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(content, number);
        return Digest.Compute(content);
    }

    private void Fill(int objects) => Fill(objects, _fixture.Paths);

    private static void Fill(int objects, BlobPaths paths)
    {
        var content = new byte[sizeof(int)];
        for (var number = 0; number < objects; number++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(content, number);
            Directory.CreateDirectory(paths.Folder(BlobPool.Blobs, DigestOf(number)));
            File.WriteAllBytes(paths.File(BlobPool.Blobs, DigestOf(number)), content);
        }
    }
}
