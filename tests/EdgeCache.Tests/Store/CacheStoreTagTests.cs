using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using Xunit;

namespace EdgeCache.Tests.Store;

public sealed class CacheStoreTagTests : IAsyncLifetime
{
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");
    private static readonly RepositoryKey B = StoreFixture.Repository("library/b");
    private static readonly Reference Tag = Reference.Parse("v1");
    private static readonly FreshnessRule Rule = new(TimeSpan.FromMinutes(5), TimeSpan.FromHours(1));

    private readonly StoreFixture _fixture = new();
    private readonly TestManifest _manifest = new();

    private CacheStore Store => _fixture.Store;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Theory]
    [InlineData(0, LookupState.Fresh, FreshnessState.Fresh)]
    [InlineData(4, LookupState.Fresh, FreshnessState.Fresh)]
    [InlineData(5, LookupState.Stale, FreshnessState.Stale)]
    [InlineData(65, LookupState.Stale, FreshnessState.Stale)]
    [InlineData(66, LookupState.Stale, FreshnessState.Expired)]
    public void KnownTag_AgesByItsRule(int minutes, LookupState state, FreshnessState freshness)
    {
        Remember();
        _fixture.Clock.Advance(TimeSpan.FromMinutes(minutes));

        var found = Store.LookupTag(A, Tag, ManifestTypes.All, Rule);

        Assert.Equal((state, freshness, _manifest.Digest), (found.State, found.Freshness.State, found.Digest));
    }

    [Theory]
    [InlineData(0, 300, FreshnessState.Fresh)]
    [InlineData(299, 1, FreshnessState.Fresh)]
    [InlineData(300, 0, FreshnessState.Stale)]
    [InlineData(4000, -3700, FreshnessState.Expired)]
    [InlineData(31_536_000, -31_535_700, FreshnessState.Expired)]
    public void AgeThatUpstreamTold_CountsFromTheBeginning(int ageSeconds, int leftSeconds, FreshnessState state)
    {
        Store.PutManifest(A, _manifest.Digest, _manifest.Content, _manifest.Document);
        Store.SetTag(
            A, Tag, ManifestTypes.All, _manifest.Digest, ManifestTypes.OciManifest, _manifest.Content.Length, TimeSpan.FromSeconds(ageSeconds));

        var freshness = Store.LookupTag(A, Tag, ManifestTypes.All, Rule).Freshness;

        Assert.Equal((state, ageSeconds, leftSeconds), (freshness.State, freshness.AgeSeconds, (int)freshness.TimeToLive.TotalSeconds));
    }

    [Fact]
    public void ClockThatWentBack_MakesTheTagStale()
    {
        Remember();
        _fixture.Clock.SetUtcNow(_fixture.Clock.GetUtcNow() - TimeSpan.FromMinutes(1));

        Assert.Equal(LookupState.Stale, Store.LookupTag(A, Tag, ManifestTypes.All, Rule).State);
    }

    [Fact]
    public void FreshnessOfZero_IsNeverFresh()
    {
        Remember();

        Assert.Equal(LookupState.Stale, Store.LookupTag(A, Tag, ManifestTypes.All, Rule with { Lifetime = TimeSpan.Zero }).State);
    }

    [Fact]
    public void ImmutableTag_IsFreshForever()
    {
        Remember();
        _fixture.Clock.SetUtcNow(_fixture.Clock.GetUtcNow().AddDays(3_000));

        Assert.Equal(LookupState.Fresh, Store.LookupTag(A, Tag, ManifestTypes.All, Rule with { Lifetime = TimeSpan.MaxValue }).State);
    }

    [Fact]
    public void TagWithoutBytes_IsAMissThatNamesTheDigestWhileFresh()
    {
        Store.SetTag(A, Tag, ManifestTypes.All, _manifest.Digest, ManifestTypes.OciManifest, 321, TimeSpan.Zero);

        var fresh = Store.LookupTag(A, Tag, ManifestTypes.All, Rule);
        _fixture.Clock.Advance(TimeSpan.FromMinutes(6));
        var stale = Store.LookupTag(A, Tag, ManifestTypes.All, Rule);

        Assert.Equal((LookupState.Miss, _manifest.Digest, 321L), (fresh.State, fresh.Digest, fresh.SizeBytes));
        Assert.Equal((LookupState.Miss, true), (stale.State, stale.Digest.IsNone));
    }

    [Fact]
    public void ClientThatCannotTakeTheType_HasAClassOfItsOwn()
    {
        Remember();

        var found = Store.LookupTag(A, Tag, ManifestTypes.DockerManifest, Rule);

        Assert.Equal((LookupState.Miss, ManifestTypes.DockerManifest), (found.State, found.TagClass));
    }

    [Fact]
    public void ClientThatTakesTheType_MeetsTheOthers() =>
        Assert.Equal(ManifestTypes.All, Store.LookupTag(A, Tag, ManifestTypes.OciManifest, Rule).TagClass);

    [Fact]
    public void TagOfAnotherRepository_IsUnknown()
    {
        Remember();

        Assert.Equal(LookupState.Miss, Store.LookupTag(B, Tag, ManifestTypes.All, Rule).State);
    }

    [Fact]
    public void RemovedTag_IsUnknownForEveryClass()
    {
        Remember();
        Store.SetTag(A, Tag, ManifestTypes.DockerManifest, _manifest.Digest, ManifestTypes.OciManifest, 1, TimeSpan.Zero);

        Store.RemoveTag(A, Tag);

        Assert.True(Store.LookupTag(A, Tag, ManifestTypes.All, Rule).Digest.IsNone);
        Assert.True(Store.LookupTag(A, Tag, ManifestTypes.DockerManifest, Rule).Digest.IsNone);
    }

    private void Remember()
    {
        Store.PutManifest(A, _manifest.Digest, _manifest.Content, _manifest.Document);
        Store.SetTag(A, Tag, ManifestTypes.All, _manifest.Digest, ManifestTypes.OciManifest, _manifest.Content.Length, TimeSpan.Zero);
    }
}
