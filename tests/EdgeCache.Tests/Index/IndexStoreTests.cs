using System.Runtime.CompilerServices;
using EdgeCache.Core.Index;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static EdgeCache.Tests.Index.IndexFolder;

namespace EdgeCache.Tests.Index;

public sealed class IndexStoreTests : IDisposable
{
    private readonly IndexFolder _folder = new();
    private readonly DiskQueue _queue = new();

    public void Dispose()
    {
        _queue.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Values_HaveTheSizesTheyAreLaidOutFor()
    {
        Assert.Equal(32, Unsafe.SizeOf<IndexKey>());
        Assert.Equal(24, Unsafe.SizeOf<BlobValue>());
        Assert.Equal(32, Unsafe.SizeOf<LinkValue>());
        Assert.Equal(96, Unsafe.SizeOf<TagValue>());
    }

    [Fact]
    public void SpilledBytesFlipped_CountAsAbsent()
    {
        const int Count = 20_000;
        using var store = Open();
        Put(store, Count);
        var file = Directory.GetFiles(_folder.Root, "store.*").Order().First();
        var bytes = ReadShared(file);
        for (var i = 100; i < bytes.Length; i += 333)
        {
            bytes[i] ^= 0x10;
        }

        using (var open = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            open.Write(bytes);
        }

        var absent = 0;
        for (var i = 0; i < Count; i++)
        {
            if (!store.TryGet(IndexKey.ForDigest(DigestOf(i)), out var value))
            {
                absent++;
                continue;
            }

            Assert.Equal(i, value.SizeBytes);
            Assert.Equal(i, value.Slot);
        }

        Assert.InRange(absent, 1, Count - 1);
        Assert.InRange(store.Damaged, 1, absent);
    }

    [Fact]
    public void SpilledFileGone_CountsAsAbsent()
    {
        const int Count = 20_000;
        using var store = Open();
        Put(store, Count);
        foreach (var file in Directory.GetFiles(_folder.Root, "store.*"))
        {
            using var open = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            open.SetLength(0);
        }

        var found = Enumerable.Range(0, Count).Count(i => store.TryGet(IndexKey.ForDigest(DigestOf(i)), out _));
        Assert.InRange(found, 1, Count - 1);
        Put(store, Count);
        Assert.True(store.TryGet(IndexKey.ForDigest(DigestOf(Count - 1)), out _));
    }

    [Fact]
    public void FolderCannotBeWritten_PutsNeverStall()
    {
        using var store = new IndexStore<BlobValue>("test", Path.Combine(_folder.Root, "none", "store"), 1 << 17, _queue, NullLogger.Instance);
        Put(store, 20_000);

        Assert.True(store.TryGet(IndexKey.ForDigest(DigestOf(19_999)), out _));
        Assert.False(store.TryGet(IndexKey.ForDigest(DigestOf(0)), out _));
    }

    [Fact]
    public void GrownByUpdates_IsCompacted()
    {
        const int Count = 2_000;
        using var store = Open();
        for (var round = 0; round < 10; round++)
        {
            Put(store, Count);
            for (var i = 0; i < Count / 2; i++)
            {
                Assert.True(store.Remove(IndexKey.ForDigest(DigestOf(i))));
            }

            store.CompactIfGrown();
        }

        Assert.InRange(store.LogBytes, 0, 600_000);
        Assert.Equal(Count / 2, store.Count);
        for (var i = 0; i < Count; i++)
        {
            Assert.Equal(i >= Count / 2, store.TryGet(IndexKey.ForDigest(DigestOf(i)), out _));
        }
    }

    [Fact]
    public async Task CompactedWhileUsed_LosesNothing()
    {
        const int Count = 6_000;
        using var store = Open();
        using var stop = new CancellationTokenSource();
        var compacting = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                store.CompactIfGrown();
            }
        });
        var writers = Enumerable.Range(0, 3).Select(writer => Task.Run(() =>
        {
            for (var round = 0; round < 3; round++)
            {
                for (var i = writer; i < Count; i += 3)
                {
                    store.Put(IndexKey.ForDigest(DigestOf(i)), new BlobValue { SizeBytes = (round * 1_000_000L) + i });
                    var other = Math.Max(writer, i - 3000 - ((i - 3000 - writer) % 3));
                    Assert.True(store.TryGet(IndexKey.ForDigest(DigestOf(other)), out var value));
                    Assert.Equal((round * 1_000_000L) + other, value.SizeBytes);
                    if (i % 5 == 0)
                    {
                        Assert.True(store.Remove(IndexKey.ForDigest(DigestOf(i))));
                        Assert.False(store.TryGet(IndexKey.ForDigest(DigestOf(i)), out _));
                        store.Put(IndexKey.ForDigest(DigestOf(i)), new BlobValue { SizeBytes = (round * 1_000_000L) + i });
                    }
                }
            }
        }));
        await Task.WhenAll(writers);
        await stop.CancelAsync();
        await compacting;

        // The count is an estimate: on a busy disk a look-up that waits too long counts its key as new.
        Assert.InRange(store.Count, Count, Count + 10);
        Assert.Equal(0, store.Damaged);
        for (var i = 0; i < Count; i++)
        {
            Assert.True(store.TryGet(IndexKey.ForDigest(DigestOf(i)), out var value));
            Assert.Equal(2_000_000L + i, value.SizeBytes);
        }
    }

    private static void Put(IndexStore<BlobValue> store, int count)
    {
        for (var i = 0; i < count; i++)
        {
            store.Put(IndexKey.ForDigest(DigestOf(i)), new BlobValue { SizeBytes = i, Slot = i });
        }
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private IndexStore<BlobValue> Open() =>
        new("test", Path.Combine(_folder.Root, "store"), 1 << 17, _queue, NullLogger.Instance);
}
