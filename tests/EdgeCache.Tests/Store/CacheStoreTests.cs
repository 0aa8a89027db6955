using System.Security.Cryptography;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Store;

public sealed class CacheStoreTests : IAsyncLifetime
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(5_000);
    private static readonly Digest ContentDigest = Digest.Compute(Content);
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");
    private static readonly RepositoryKey B = StoreFixture.Repository("library/b");
    private static readonly Reference Tag = Reference.Parse("v1");
    private static readonly FreshnessRule Rule = new(TimeSpan.FromMinutes(5), TimeSpan.FromHours(1));

    private readonly StoreFixture _fixture = new();

    private CacheStore Store => _fixture.Store;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public void UnknownBlob_IsAMiss() =>
        Assert.Equal((LookupState.Miss, false, -1L), Describe(Store.LookupBlob(A, ContentDigest)));

    [Fact]
    public void LinkWithoutBytes_IsAMissThatKnowsTheSize()
    {
        Store.Link(A, ContentDigest, ManifestTypes.None, 5_000);

        Assert.Equal((LookupState.Miss, true, 5_000L), Describe(Store.LookupBlob(A, ContentDigest)));
    }

    [Fact]
    public void StoredBlob_IsFreshForTheLinkedRepositoryOnly()
    {
        Put(Content);
        Store.Link(A, ContentDigest, ManifestTypes.None, Content.Length);

        Assert.Equal((LookupState.Fresh, true, 5_000L), Describe(Store.LookupBlob(A, ContentDigest)));
        Assert.Equal((LookupState.Unlinked, false, 5_000L), Describe(Store.LookupBlob(B, ContentDigest)));
    }

    [Fact]
    public void LinkThatSaysLess_TakesNothingAway()
    {
        Store.Link(A, ContentDigest, ManifestTypes.OciManifest, 5_000);
        Store.Link(A, ContentDigest, ManifestTypes.None, -1);
        Store.Link(A, ContentDigest, ManifestTypes.OciIndex, -1);

        Assert.Equal((LookupState.Miss, true, 5_000L), Describe(Store.LookupBlob(A, ContentDigest)));
    }

    [Fact]
    public void StoredManifest_LinksWhatItNames()
    {
        var manifest = PutManifest(new TestManifest((ContentDigest, Content.Length)));

        Assert.Equal(LookupState.Fresh, Store.LookupManifest(A, manifest.Digest).State);
        Assert.Equal(ManifestTypes.OciManifest, Store.LookupManifest(A, manifest.Digest).Type);
        Assert.Equal(LookupState.Unlinked, Store.LookupManifest(B, manifest.Digest).State);
        Assert.Equal((LookupState.Miss, true, 5_000L), Describe(Store.LookupBlob(A, ContentDigest)));
        Assert.False(Store.LookupBlob(B, ContentDigest).IsLinked);
    }

    [Fact]
    public async Task Publishing_DoesNotCountTheRoomItHadTwice()
    {
        // Half of it is for manifests. Above the high watermark where the blob counted twice, below it where once.
        await using var fixture = new StoreFixture(limitBytes: 2_000_000);
        for (var number = 0; number < 3; number++)
        {
            fixture.Put(RandomNumberGenerator.GetBytes(100_000));
        }

        var content = RandomNumberGenerator.GetBytes(400_000);
        using var pending = fixture.Store.Begin(Digest.Compute(content), BlobPool.Blobs, content.Length);
        pending.Writer.Append(content);
        Assert.True(fixture.Store.Publish(pending));

        await Eventually.TrueAsync(() => !fixture.Store.Eviction.IsEvicting);
        Assert.Equal(0, fixture.Store.Eviction.Usage(BlobPool.Blobs).EvictedObjects);
        Assert.Equal(0, fixture.Store.Eviction.Usage(BlobPool.Blobs).ReservedBytes);
    }

    [Fact]
    public void LinkedManifestOfUnknownType_IsUnlinked()
    {
        var manifest = PutManifest(new TestManifest());
        Store.Link(B, manifest.Digest, ManifestTypes.None, -1);

        Assert.Equal(LookupState.Unlinked, Store.LookupManifest(B, manifest.Digest).State);
    }

    [Fact]
    public void ManifestThatCameAsABlob_MovesToItsOwnPool()
    {
        var manifest = new TestManifest();
        Put(manifest.Content);
        Store.Link(A, manifest.Digest, ManifestTypes.OciManifest, manifest.Content.Length);
        Assert.Equal(LookupState.Miss, Store.LookupManifest(A, manifest.Digest).State);

        PutManifest(manifest);

        Assert.Equal(LookupState.Fresh, Store.LookupManifest(A, manifest.Digest).State);
        Assert.Equal((0, 1), (Objects(BlobPool.Blobs), Objects(BlobPool.Manifests)));
        Assert.Single(Files());
    }

    [Fact]
    public void BlobThatIsAStoredManifest_LeavesNoSecondFile()
    {
        var manifest = PutManifest(new TestManifest());

        Put(manifest.Content);

        Assert.Equal(LookupState.Fresh, Store.LookupManifest(A, manifest.Digest).State);
        Assert.Equal((0, 1), (Objects(BlobPool.Blobs), Objects(BlobPool.Manifests)));
        Assert.Single(Files());
    }

    [Fact]
    public void BytesInBothPoolsWhileRead_AreCountedUntilTheReaderLeaves()
    {
        var manifest = new TestManifest();
        Put(manifest.Content);
        using (Store.Acquire(manifest.Digest))
        {
            PutManifest(manifest);
            Assert.Equal(manifest.Content.Length, Store.Eviction.Usage(BlobPool.Blobs).DoomedBytes);
            using var second = Store.Acquire(manifest.Digest);
            Assert.Equal(manifest.Content.Length, second!.SizeBytes);
        }

        Assert.Equal((0, 0), (Store.Eviction.Usage(BlobPool.Blobs).DoomedBytes, Store.Eviction.Usage(BlobPool.Manifests).DoomedBytes));
    }

    [Fact]
    public async Task FileThatIsGone_IsAMissAfterTheFirstTry()
    {
        await Store.Loaded;
        Put(Content);
        Store.Link(A, ContentDigest, ManifestTypes.None, Content.Length);
        File.Delete(Assert.Single(Files()));

        Assert.Null(Store.Acquire(ContentDigest));

        Assert.Equal(LookupState.Miss, Store.LookupBlob(A, ContentDigest).State);
        Assert.Equal(0, Objects(BlobPool.Blobs));
    }

    [Fact]
    public async Task FileOfAnotherLength_IsRemovedAndAMiss()
    {
        await Store.Loaded;
        Put(Content);
        using (var file = File.OpenWrite(Assert.Single(Files())))
        {
            file.SetLength(10);
        }

        Assert.Null(Store.Acquire(ContentDigest));

        Assert.Empty(Files());
        Put(Content);
        using var lease = Store.Acquire(ContentDigest);
        Assert.Equal(Content.Length, lease!.SizeBytes);
    }

    [Fact]
    public void PendingBlob_GivesItsReservationBack()
    {
        using (Store.Begin(ContentDigest, BlobPool.Blobs, 5_000))
        {
            Assert.Equal(5_000, Store.Eviction.Usage(BlobPool.Blobs).ReservedBytes);
        }

        Assert.Equal(0, Store.Eviction.Usage(BlobPool.Blobs).ReservedBytes);
    }

    [Fact]
    public void LargerThanThePool_IsWrittenButNotKept()
    {
        Store.Eviction.SetLimit(2_000);
        using var pending = Store.Begin(ContentDigest, BlobPool.Blobs, Content.Length);
        pending.Writer.Append(Content);

        Assert.False(Store.Publish(pending));

        Assert.Equal(0, Store.Eviction.Usage(BlobPool.Blobs).ReservedBytes);
        Assert.Equal(LookupState.Miss, Store.LookupBlob(A, ContentDigest).State);
    }

    [Fact]
    public void EmptyBlob_IsStored()
    {
        Put([]);

        using var lease = Store.Acquire(Digest.Compute([]));

        Assert.Equal(0, lease!.SizeBytes);
    }

    [Fact]
    public async Task Reopened_KnowsBytesLinksAndTags()
    {
        var manifest = PutManifest(new TestManifest((ContentDigest, Content.Length)));
        Put(Content);
        Store.SetTag(A, Tag, ManifestTypes.All, manifest.Digest, ManifestTypes.OciManifest, manifest.Content.Length, TimeSpan.Zero);

        await _fixture.ReopenAsync();

        Assert.Equal(LookupState.Fresh, Store.LookupBlob(A, ContentDigest).State);
        Assert.Equal(LookupState.Unlinked, Store.LookupBlob(B, ContentDigest).State);
        Assert.Equal(LookupState.Fresh, Store.LookupTag(A, Tag, ManifestTypes.All, Rule).State);
        Assert.Equal((1, 1), (Objects(BlobPool.Blobs), Objects(BlobPool.Manifests)));
    }

    [Fact]
    public async Task ReopenedWithBytesInBothPools_KeepsTheManifest()
    {
        var manifest = PutManifest(new TestManifest());
        var path = Assert.Single(Files());
        var twin = path.Replace("/manifests/", "/blobs/", StringComparison.Ordinal);
        Directory.CreateDirectory(Path.GetDirectoryName(twin)!); // Has a parent: it lies below the cache's folder.
        File.Copy(path, twin);

        await _fixture.ReopenAsync();

        Assert.Equal(LookupState.Fresh, Store.LookupManifest(A, manifest.Digest).State);
        Assert.False(File.Exists(twin));
    }

    [Fact]
    public async Task SecondDisposal_IsHarmless()
    {
        await Store.DisposeAsync();
        await Store.DisposeAsync();
        await _fixture.ReopenAsync();
    }

    private static (LookupState State, bool IsLinked, long SizeBytes) Describe(in Lookup found) => (found.State, found.IsLinked, found.SizeBytes);

    private int Objects(BlobPool pool) => Store.Eviction.Usage(pool).Objects;

    private IEnumerable<string> Files() => Directory
        .EnumerateFiles(_fixture.Path, "*", SearchOption.AllDirectories)
        .Where(path => path.Contains("/blobs/sha", StringComparison.Ordinal) || path.Contains("/manifests/sha", StringComparison.Ordinal));

    private void Put(byte[] content)
    {
        using var pending = Store.Begin(Digest.Compute(content), BlobPool.Blobs, content.Length);
        pending.Writer.Append(content);
        Assert.True(Store.Publish(pending));
    }

    private TestManifest PutManifest(TestManifest manifest)
    {
        Store.PutManifest(A, manifest.Digest, manifest.Content, manifest.Document);
        return manifest;
    }
}
