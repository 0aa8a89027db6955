using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using Xunit;
using static EdgeCache.Tests.Index.IndexFolder;

namespace EdgeCache.Tests.Index;

public sealed class JournalCompactorTests : IDisposable
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
    public async Task Compacted_KeepsTheLiving_AndDropsTheDead()
    {
        await using (var index = await _folder.OpenLoadedAsync())
        {
            for (var round = 0; round < 10; round++)
            {
                JournalTests.Fill(index, 500);
            }

            for (var i = 0; i < 250; i++)
            {
                index.RemoveLink(Nginx, DigestOf(i));
                index.RemoveTag(Nginx, "tag" + i);
            }

            var before = index.JournalBytes;
            Assert.True(await index.CompactAsync(CancellationToken.None));

            Assert.True(index.JournalBytes < before / 10, $"{before} → {index.JournalBytes}");
            Assert.Single(Directory.EnumerateDirectories(_folder.Path, "journal-*"));
            AssertSecondHalf(index);
        }

        await using var again = await _folder.OpenLoadedAsync();
        AssertSecondHalf(again);

        static void AssertSecondHalf(CacheIndex index)
        {
            Assert.Equal(250, index.LinkCount);
            Assert.Equal(250, index.TagCount);
            Assert.False(index.TryGetLink(Nginx, DigestOf(249), out _));
            Assert.True(index.TryGetLink(Nginx, DigestOf(250), out var link));
            Assert.Equal(Link(250), link);
            Assert.False(index.TryGetTag(Nginx, "tag0", ManifestTypes.All, out _));
            Assert.True(index.TryGetTag(Nginx, "tag499", ManifestTypes.All, out var tag));
            Assert.Equal(Tag(DigestOf(499), 499), tag);
        }
    }

    [Fact]
    public async Task MoreThanAllowed_OldestAreForgotten()
    {
        await using (var index = await _folder.OpenLoadedAsync(options => options with { MaxLinks = 100, MaxTags = 50 }))
        {
            JournalTests.Fill(index, 300);
            Assert.True(await index.CompactAsync(CancellationToken.None));
            AssertNewest(index);
        }

        await using var again = await _folder.OpenLoadedAsync();
        AssertNewest(again);

        static void AssertNewest(CacheIndex index)
        {
            Assert.Equal(100, index.LinkCount);
            Assert.Equal(50, index.TagCount);
            Assert.False(index.TryGetLink(Nginx, DigestOf(199), out _));
            Assert.True(index.TryGetLink(Nginx, DigestOf(200), out _));
            Assert.False(index.TryGetTag(Nginx, "tag249", ManifestTypes.All, out _));
            Assert.True(index.TryGetTag(Nginx, "tag250", ManifestTypes.All, out _));
        }
    }

    [Fact]
    public async Task PutsMeanwhile_AreKept()
    {
        await using (var index = await _folder.OpenLoadedAsync())
        {
            JournalTests.Fill(index, 6_000);
            var compacting = index.CompactAsync(CancellationToken.None).AsTask();
            for (var i = 0; i < 6_000; i++)
            {
                index.PutLink(Nginx, DigestOf(i), Link(-i));
            }

            Assert.True(await compacting);
            Assert.True(await index.CompactAsync(CancellationToken.None));
        }

        await using var again = await _folder.OpenLoadedAsync();
        Assert.Equal(6_000, again.LinkCount);
        for (var i = 0; i < 6_000; i++)
        {
            Assert.True(again.TryGetLink(Nginx, DigestOf(i), out var link));
            Assert.Equal(-i, link.SizeBytes);
        }
    }

    [Fact]
    public async Task CrashWithBothGenerationsThere_SaysTheSame()
    {
        await using var index = await _folder.OpenLoadedAsync();
        JournalTests.Fill(index, 300);
        index.RemoveLink(Nginx, DigestOf(7));
        await index.CommitAsync(CancellationToken.None);
        _folder.CopyTo(_copy);
        index.PutLink(Nginx, DigestOf(8), Link(88));
        Assert.True(await index.CompactAsync(CancellationToken.None));
        _folder.CopyTo(_copy);

        await using var crashed = await _copy.OpenLoadedAsync();
        Assert.Equal(3, Directory.EnumerateDirectories(_copy.Path, "journal-*").Count()); // And the one it has begun.
        Assert.Equal(299, crashed.LinkCount);
        Assert.Equal(300, crashed.TagCount);
        Assert.False(crashed.TryGetLink(Nginx, DigestOf(7), out _));
        Assert.True(crashed.TryGetLink(Nginx, DigestOf(8), out var link));
        Assert.Equal(88, link.SizeBytes);
    }

    [Fact(Timeout = 60_000)]
    public async Task Due_CompactsByItself()
    {
        await using var index = await _folder.OpenLoadedAsync(options => options with
        {
            CommitInterval = TimeSpan.FromMilliseconds(10),
            CompactAboveBytes = 100_000,
        });
        for (var i = 0; i < 5_000; i++)
        {
            index.PutTag(Nginx, "latest", ManifestTypes.All, Tag(DigestOf(i), i));
        }

        await Eventually.TrueAsync(() => index.JournalBytes <= 100_000);

        Assert.True(index.TryGetTag(Nginx, "latest", ManifestTypes.All, out var tag));
        Assert.Equal(4_999, tag.SizeBytes);
    }
}
