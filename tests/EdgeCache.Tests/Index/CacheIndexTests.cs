using EdgeCache.Core.Blobs;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using Xunit;
using static EdgeCache.Tests.Index.IndexFolder;

namespace EdgeCache.Tests.Index;

public sealed class CacheIndexTests : IDisposable
{
    private static readonly RepositoryKey Nginx = Repository("library/nginx");

    private readonly IndexFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DigestAlgorithm.Sha256)]
    [InlineData(DigestAlgorithm.Sha512)]
    public async Task BlobPut_IsFoundAndRemoved(DigestAlgorithm algorithm)
    {
        await using var index = _folder.Open();
        var digest = DigestOf(1, algorithm);
        var entry = new BlobEntry(long.MaxValue, BlobPool.Manifests, 42);

        Assert.False(index.TryGetBlob(digest, out _));
        index.PutBlob(digest, entry);

        Assert.True(index.TryGetBlob(digest, out var found));
        Assert.Equal(entry, found);
        Assert.Equal(1, index.BlobCount);
        Assert.True(index.RemoveBlob(digest));
        Assert.False(index.RemoveBlob(digest));
        Assert.False(index.TryGetBlob(digest, out _));
        Assert.Equal(0, index.BlobCount);
    }

    [Fact]
    public async Task BlobPutAgain_IsReplaced()
    {
        await using var index = _folder.Open();
        index.PutBlob(DigestOf(1), new BlobEntry(1, BlobPool.Blobs, 1));
        index.PutBlob(DigestOf(1), new BlobEntry(2, BlobPool.Manifests, 2));

        Assert.True(index.TryGetBlob(DigestOf(1), out var found));
        Assert.Equal(new BlobEntry(2, BlobPool.Manifests, 2), found);
        Assert.Equal(1, index.BlobCount);
    }

    [Theory]
    [InlineData(DigestAlgorithm.Sha256)]
    [InlineData(DigestAlgorithm.Sha512)]
    public async Task LinkPut_IsOfItsRepositoryOnly(DigestAlgorithm algorithm)
    {
        await using var index = _folder.Open();
        var digest = DigestOf(1, algorithm);
        var entry = new LinkEntry(ManifestTypes.DockerManifest, -1, SomeTime);
        index.PutLink(Nginx, digest, entry);

        Assert.True(index.TryGetLink(Nginx, digest, out var found));
        Assert.Equal(entry, found);
        Assert.False(index.TryGetLink(Repository("library/nginx", "quay.io"), digest, out _));
        Assert.False(index.TryGetLink(Repository("library/ngin"), digest, out _));
        Assert.False(index.TryGetLink(Nginx, DigestOf(2, algorithm), out _));
        Assert.True(index.RemoveLink(Nginx, digest));
        Assert.False(index.TryGetLink(Nginx, digest, out _));
    }

    [Fact]
    public async Task TagPut_IsOfItsClassOnly_AndRemovedFromAll()
    {
        await using var index = await _folder.OpenLoadedAsync();
        var entry = new TagEntry(DigestOf(1, DigestAlgorithm.Sha512), ManifestTypes.OciIndex, 123, SomeTime);
        index.PutTag(Nginx, "latest", ManifestTypes.All, entry);
        index.PutTag(Nginx, "latest", ManifestTypes.OciManifest, Tag(DigestOf(2)));

        Assert.True(index.TryGetTag(Nginx, "latest", ManifestTypes.All, out var found));
        Assert.Equal(entry, found);
        Assert.True(index.TryGetTag(Nginx, "latest", ManifestTypes.OciManifest, out found));
        Assert.Equal(Tag(DigestOf(2)), found);
        Assert.False(index.TryGetTag(Nginx, "latest", ManifestTypes.OciIndex, out _));
        Assert.Equal(2, index.TagCount);

        Assert.True(index.RemoveTag(Nginx, "latest"));
        Assert.False(index.RemoveTag(Nginx, "latest"));
        Assert.False(index.TryGetTag(Nginx, "latest", ManifestTypes.All, out _));
        Assert.Equal(0, index.TagCount);
    }

    [Fact]
    public async Task LongestNames_AreKeptOverARestart()
    {
        var repository = Repository(new string('a', RepositoryName.MaxLength), new string('u', IndexKey.MaxUpstreamBytes));
        var tag = new string('t', Reference.MaxTagLength);
        var digest = DigestOf(1, DigestAlgorithm.Sha512);
        await using (var index = _folder.Open())
        {
            index.PutLink(repository, digest, Link(5));
            index.PutTag(repository, tag, ManifestTypes.All, Tag(digest));
        }

        await using var again = await _folder.OpenLoadedAsync();
        Assert.True(again.TryGetLink(repository, digest, out var link));
        Assert.Equal(Link(5), link);
        Assert.True(again.TryGetTag(repository, tag, ManifestTypes.All, out var found));
        Assert.Equal(Tag(digest), found);
    }

    [Fact]
    public async Task NoDigest_IsAbsent_AndCannotBePut()
    {
        await using var index = _folder.Open();

        Assert.False(index.TryGetBlob(default, out _));
        Assert.False(index.TryGetLink(Nginx, default, out _));
        Assert.False(index.RemoveBlob(default));
        Assert.Throws<ArgumentException>(() => index.PutBlob(default, default));
        Assert.Throws<ArgumentException>(() => index.PutLink(Nginx, default, default));
    }

    [Fact]
    public async Task Hit_AllocatesNothing()
    {
        await using var index = await _folder.OpenLoadedAsync();
        var (sha256, sha512) = (DigestOf(1), DigestOf(1, DigestAlgorithm.Sha512));
        foreach (var digest in new[] { sha256, sha512 })
        {
            index.PutBlob(digest, new BlobEntry(1, BlobPool.Blobs, 0));
            index.PutLink(Nginx, digest, Link(1));
            index.PutTag(Nginx, "latest", ManifestTypes.All, Tag(digest));
        }

        bool LookUp() =>
            index.TryGetBlob(sha256, out _) & index.TryGetBlob(sha512, out _)
            & index.TryGetLink(Nginx, sha256, out _) & index.TryGetLink(Nginx, sha512, out _)
            & index.TryGetTag(Nginx, "latest", ManifestTypes.All, out _);
        for (var i = 0; i < 100; i++)
        {
            Assert.True(LookUp());
        }

        // A look-up that meets the index's own work in the session pool opens one more session, once: of some rounds one is free of that.
        var leastBytes = long.MaxValue;
        for (var round = 0; round < 10 && leastBytes > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var found = true;
            for (var i = 0; i < 1000; i++)
            {
                found &= LookUp();
            }

            leastBytes = Math.Min(leastBytes, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.True(found);
        }

        Assert.Equal(0, leastBytes);
    }

    [Fact]
    public async Task MoreThanMemoryHolds_IsFoundOnDisk()
    {
        const int Count = 60_000;
        await using var index = await _folder.OpenLoadedAsync(options => options with { MemoryBytes = IndexOptions.MinMemoryBytes });
        for (var i = 0; i < Count; i++)
        {
            index.PutBlob(DigestOf(i), new BlobEntry(i, BlobPool.Blobs, i));
            index.PutLink(Nginx, DigestOf(i), Link(i));
        }

        for (var i = 0; i < Count; i += 7)
        {
            Assert.True(index.TryGetBlob(DigestOf(i), out var blob));
            Assert.Equal(i, blob.SizeBytes);
            Assert.True(index.TryGetLink(Nginx, DigestOf(i), out var link));
            Assert.Equal(i, link.SizeBytes);
        }

        Assert.True(new DirectoryInfo(Path.Combine(_folder.Path, "log")).EnumerateFiles().Sum(file => file.Length) > 1 << 20);
        Assert.True(index.RemoveBlob(DigestOf(0)));
        Assert.False(index.TryGetBlob(DigestOf(0), out _));
        index.PutBlob(DigestOf(1), new BlobEntry(-1, BlobPool.Blobs, 0));
        Assert.True(index.TryGetBlob(DigestOf(1), out var replaced));
        Assert.Equal(-1, replaced.SizeBytes);
        Assert.Equal(Count - 1, index.BlobCount);
        Assert.Equal(0, index.DamagedRecords);
    }

    [Fact]
    public async Task Closed_LeavesNoLog_AndFindsNothing()
    {
        var index = _folder.Open();
        index.PutBlob(DigestOf(1), new BlobEntry(1, BlobPool.Blobs, 0));
        await index.DisposeAsync();
        await index.DisposeAsync();

        Assert.False(index.TryGetBlob(DigestOf(1), out _));
        index.PutLink(Nginx, DigestOf(1), Link(1));
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "log")));
    }

    [Fact]
    public async Task ManyThreads_SeeTheirOwnPuts()
    {
        const int PerThread = 5_000;
        await using var index = await _folder.OpenLoadedAsync(options => options with
        {
            MemoryBytes = IndexOptions.MinMemoryBytes,
            CommitInterval = TimeSpan.FromMilliseconds(10),
            CompactAboveBytes = 1 << 20,
        });
        var failures = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            var repository = Repository("team/" + thread);
            for (var i = 0; i < PerThread; i++)
            {
                var digest = DigestOf(i);
                index.PutLink(repository, digest, Link(i));
                index.PutBlob(digest, new BlobEntry(i, BlobPool.Blobs, 0));
                index.PutTag(repository, "tag", ManifestTypes.All, Tag(digest));
                var older = DigestOf(i / 2);
                var whole = index.TryGetLink(repository, older, out var link) && link.SizeBytes == i / 2
                    && index.TryGetBlob(older, out var blob) && blob.SizeBytes == i / 2
                    && index.TryGetTag(repository, "tag", ManifestTypes.All, out var tag) && tag.Digest == digest;
                if (!whole)
                {
                    Interlocked.Increment(ref failures);
                }
            }
        })));

        Assert.Equal(0, failures);
        Assert.Equal(8 * PerThread, index.LinkCount);
        Assert.Equal(PerThread, index.BlobCount);
        Assert.Equal(0, index.DamagedRecords);
    }

    [Fact]
    public async Task FolderCannotBeMade_IndexWorksInMemory()
    {
        Directory.CreateDirectory(_folder.Root);
        await File.WriteAllTextAsync(_folder.Path, "a file where the folder should be");
        await using var index = await _folder.OpenLoadedAsync();
        index.PutBlob(DigestOf(1), new BlobEntry(1, BlobPool.Blobs, 0));
        index.PutLink(Nginx, DigestOf(1), Link(1));

        Assert.True(index.TryGetBlob(DigestOf(1), out _));
        Assert.True(index.TryGetLink(Nginx, DigestOf(1), out _));
        Assert.False(await index.CommitAsync(CancellationToken.None));
        Assert.Equal(1, index.LostEntries);
    }
}
