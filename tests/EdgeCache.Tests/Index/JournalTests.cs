using EdgeCache.Core.Blobs;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using Xunit;
using static EdgeCache.Tests.Index.IndexFolder;

namespace EdgeCache.Tests.Index;

/// <summary>The journal as the index uses it: what a restart, a crash, damage and a compaction leave.</summary>
public sealed class JournalTests : IDisposable
{
    private static readonly RepositoryKey Nginx = Repository("library/nginx");

    private readonly IndexFolder _folder = new();
    private readonly IndexFolder _copy = new();

    public void Dispose()
    {
        _folder.Dispose();
        _copy.Dispose();
    }

    [Fact]
    public async Task Reopened_KnowsPutsAndRemovals()
    {
        await using (var index = await _folder.OpenLoadedAsync())
        {
            Fill(index, 1000);
            index.RemoveLink(Nginx, DigestOf(3));
            index.RemoveTag(Nginx, "tag4");
            index.PutTag(Nginx, "tag5", ManifestTypes.All, Tag(DigestOf(999), 999));
            index.PutBlob(DigestOf(1), new BlobEntry(1, BlobPool.Blobs, 0));
        }

        await using var again = await _folder.OpenLoadedAsync();
        Assert.Equal(999, again.LinkCount);
        Assert.Equal(999, again.TagCount);
        Assert.False(again.TryGetLink(Nginx, DigestOf(3), out _));
        Assert.False(again.TryGetTag(Nginx, "tag4", ManifestTypes.All, out _));
        Assert.True(again.TryGetTag(Nginx, "tag5", ManifestTypes.All, out var tag));
        Assert.Equal(Tag(DigestOf(999), 999), tag);
        Assert.False(again.TryGetBlob(DigestOf(1), out _));
    }

    [Fact]
    public async Task ReopenedManyTimes_LastPutWins()
    {
        for (var i = 0; i < 20; i++)
        {
            await using var index = await _folder.OpenLoadedAsync();
            if (i > 0)
            {
                Assert.True(index.TryGetTag(Nginx, "latest", ManifestTypes.All, out var tag));
                Assert.Equal(i - 1, tag.SizeBytes);
            }

            index.PutTag(Nginx, "latest", ManifestTypes.All, Tag(DigestOf(i), i));
        }
    }

    [Fact]
    public async Task CrashAfterCommit_LosesNothing()
    {
        await using var index = _folder.Open();
        Fill(index, 5000);
        Assert.True(await index.CommitAsync(CancellationToken.None));
        _folder.CopyTo(_copy);

        await using var crashed = await _copy.OpenLoadedAsync();
        Assert.Equal(5000, crashed.LinkCount);
        Assert.Equal(5000, crashed.TagCount);
        AssertNothingWrong(crashed, 5000);
    }

    [Fact(Timeout = 60_000)]
    public async Task PutsAfterCommit_AreCommittedByTheLoop()
    {
        await using var index = await _folder.OpenLoadedAsync(options => options with { CommitInterval = TimeSpan.FromMilliseconds(10) });
        index.PutLink(Nginx, DigestOf(1), Link(1));
        // CommitAsync would commit by itself: only the files tell what the loop did.
        await Eventually.TrueAsync(() => _folder.JournalFiles().Any(file => new FileInfo(file).Length > 0));

        _folder.CopyTo(_copy);
        await using var crashed = await _copy.OpenLoadedAsync();
        Assert.True(crashed.TryGetLink(Nginx, DigestOf(1), out _));
    }

    [Fact]
    public async Task Truncated_KeepsWhatComesBefore()
    {
        await WriteJournalAsync(2000);
        var length = new FileInfo(Assert.Single(_folder.JournalFiles())).Length;
        long lastCount = -1;
        foreach (var keepBytes in new[] { 0, 1, 63, 64, 65, 76, 100, 511, 512, 4096, 50_001, length / 2, length - 1, length })
        {
            using var folder = new IndexFolder();
            _folder.CopyTo(folder);
            using (var file = File.OpenHandle(folder.JournalFiles()[0], access: FileAccess.Write))
            {
                RandomAccess.SetLength(file, keepBytes);
            }

            await using var index = await folder.OpenLoadedAsync();
            AssertNothingWrong(index, 2000);
            Assert.True(index.LinkCount + index.TagCount >= lastCount);
            lastCount = index.LinkCount + index.TagCount;
        }

        Assert.Equal(4000, lastCount);
    }

    [Fact]
    public async Task BytesFlipped_NothingWrongComesBack_AndAFreshJournalFollows()
    {
        await WriteJournalAsync(1000);
        var whole = await File.ReadAllBytesAsync(_folder.JournalFiles()[0]);
        var random = new Random(20260304);
        for (var round = 0; round < 30; round++)
        {
            using var folder = new IndexFolder();
            _folder.CopyTo(folder);
            var damaged = (byte[])whole.Clone();
            for (var flips = 0; flips <= round % 7; flips++)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            if (round % 5 == 0)
            {
                random.NextBytes(damaged.AsSpan(random.Next(damaged.Length - 600), 512));
            }

            await File.WriteAllBytesAsync(folder.JournalFiles()[0], damaged);
            await using (var index = await folder.OpenLoadedAsync())
            {
                AssertNothingWrong(index, 1000);
                index.PutTag(Nginx, "tag0", ManifestTypes.All, Tag(DigestOf(77), 77));
                Assert.True(await index.CompactAsync(CancellationToken.None));
            }

            await using var again = await folder.OpenLoadedAsync();
            Assert.True(again.TryGetTag(Nginx, "tag0", ManifestTypes.All, out var tag));
            Assert.Equal(77, tag.SizeBytes);
        }
    }

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(256 << 10)]
    public async Task LengthDamaged_EndsThePageOnly(int length)
    {
        await WriteJournalAsync(5000);
        var file = _folder.JournalFiles()[0];
        var bytes = await File.ReadAllBytesAsync(file);
        BitConverter.TryWriteBytes(bytes.AsSpan(JournalLayout.FirstEntryOffset + JournalLayout.LengthOffset), length);
        await File.WriteAllBytesAsync(file, bytes);

        await using var index = await _folder.OpenLoadedAsync();
        AssertNothingWrong(index, 5000);
        Assert.InRange(index.LinkCount + index.TagCount, 5000, 9999);
    }

    [Fact]
    public async Task StrangeFoldersAndFiles_AreIgnored()
    {
        await WriteJournalAsync(10);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "journal-99999999999999"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "journal-x"));
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "journal-00000001", "entries.x"), "?");
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "journal-00000001", "other"), "?");

        await using var index = await _folder.OpenLoadedAsync();
        Assert.Equal(10, index.LinkCount);
    }

    [Fact]
    public async Task PutBeforeTheReplayIsDone_WinsOverTheJournal()
    {
        await WriteJournalAsync(20_000);
        await using (var index = _folder.Open())
        {
            // Both in the first and in the last of what is replayed, whether the replay has met it yet or not.
            foreach (var i in new[] { 0, 10_000, 19_999 })
            {
                index.PutTag(Nginx, "tag" + i, ManifestTypes.All, Tag(DigestOf(i), -5));
                index.PutLink(Nginx, DigestOf(i), Link(-5));
            }

            index.RemoveLink(Nginx, DigestOf(19_998));
            index.RemoveTag(Nginx, "tag19998");
            await index.Loaded;
            AssertNewerWon(index);
            Assert.True(await index.CompactAsync(CancellationToken.None));
            AssertNewerWon(index);
        }

        await using var again = await _folder.OpenLoadedAsync();
        AssertNewerWon(again);

        static void AssertNewerWon(CacheIndex index)
        {
            foreach (var i in new[] { 0, 10_000, 19_999 })
            {
                Assert.True(index.TryGetTag(Nginx, "tag" + i, ManifestTypes.All, out var tag));
                Assert.Equal(-5, tag.SizeBytes);
                Assert.True(index.TryGetLink(Nginx, DigestOf(i), out var link));
                Assert.Equal(-5, link.SizeBytes);
            }

            Assert.False(index.TryGetLink(Nginx, DigestOf(19_998), out _));
            Assert.False(index.TryGetTag(Nginx, "tag19998", ManifestTypes.All, out _));
            Assert.Equal(19_999, index.LinkCount);
            Assert.Equal(19_999, index.TagCount);
        }
    }

    [Fact]
    public async Task JournalCannotBeWritten_AnotherGenerationFollows()
    {
        await using (var index = await _folder.OpenLoadedAsync())
        {
            // Its file is made by the first write, which now fails.
            Directory.Delete(Path.Combine(_folder.Path, "journal-00000001"));
            Fill(index, 10);
            Assert.False(await index.CommitAsync(CancellationToken.None));
            index.PutLink(Nginx, DigestOf(11), Link(11));
            Assert.Equal(1, index.LostEntries);
            Assert.True(index.TryGetLink(Nginx, DigestOf(5), out _));

            Assert.True(await index.CompactAsync(CancellationToken.None));
            index.PutLink(Nginx, DigestOf(12), Link(12));
            Assert.True(await index.CommitAsync(CancellationToken.None));
        }

        await using var again = await _folder.OpenLoadedAsync();
        Assert.True(again.TryGetLink(Nginx, DigestOf(12), out _));
        Assert.Equal(1, again.LinkCount);
    }

    /// <summary>Links and tags numbered from 0.</summary>
    internal static void Fill(CacheIndex index, int count)
    {
        for (var i = 0; i < count; i++)
        {
            index.PutLink(Nginx, DigestOf(i), Link(i));
            index.PutTag(Nginx, "tag" + i, ManifestTypes.All, Tag(DigestOf(i), i));
        }
    }

    private static void AssertNothingWrong(CacheIndex index, int count)
    {
        long links = 0;
        long tags = 0;
        for (var i = 0; i < count; i++)
        {
            if (index.TryGetLink(Nginx, DigestOf(i), out var link))
            {
                links++;
                Assert.Equal(Link(i), link);
            }

            if (index.TryGetTag(Nginx, "tag" + i, ManifestTypes.All, out var tag))
            {
                tags++;
                Assert.Equal(Tag(DigestOf(i), i), tag);
            }
        }

        // And nothing else.
        Assert.Equal(index.LinkCount, links);
        Assert.Equal(index.TagCount, tags);
    }

    private async Task WriteJournalAsync(int count)
    {
        await using var index = _folder.Open();
        Fill(index, count);
    }
}
