using EdgeCache.Core.Caching;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using EdgeCache.Tests.Store;
using Xunit;

namespace EdgeCache.Tests.Fill;

/// <summary>What a resolver does with the words of other nodes.</summary>
public sealed class HintedTagsTests : IAsyncLifetime
{
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");
    private static readonly RepositoryKey B = StoreFixture.Repository("library/b");
    private static readonly Reference Tag = Reference.Parse("v1");
    private static readonly TestManifest Old = new("old");
    private static readonly TestManifest New = new("new");
    private static readonly FreshnessRule Rule = new(TimeSpan.FromMinutes(5), TimeSpan.FromHours(1));

    private readonly ResolverFixture _fixture;
    private readonly ScriptedOrigin _origin;
    private readonly NotedTags _shared = new();
    private readonly ManifestResolver _resolver;
    private readonly HashSet<Digest> _upstream = [Old.Digest, New.Digest];
    private TestManifest _current = New;

    public HintedTagsTests()
    {
        _fixture = new ResolverFixture(Upstream, _shared);
        (_origin, _resolver) = (_fixture.Origin, _fixture.Resolver);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task WhatUpstreamSays_IsToldToTheOthers()
    {
        await ResolveAsync();

        Assert.Equal(New.Digest, Assert.Single(_shared.Told).Digest);
        Age();
        await ResolveAsync();
        Assert.Equal([TimeSpan.Zero, TimeSpan.FromMinutes(6)], _shared.Told.Select(entry => entry.ValidatedAt - _shared.Told[0].ValidatedAt));
    }

    [Fact]
    public async Task StaleTagWithAFreshHint_IsServedWithoutUpstream()
    {
        await ResolveAsync();
        Age();
        _shared.Hint = Hint(New, TimeSpan.FromMinutes(1));

        var answer = await ResolveAsync();
        var again = await ResolveAsync();

        Assert.Equal((CacheResult.Hit, New.Digest, 60), (answer.Result, answer.Digest, answer.Freshness.AgeSeconds));
        Assert.Equal((CacheResult.Hit, 60), (again.Result, again.Freshness.AgeSeconds));
        Assert.Equal(["GET v1"], Calls());
        Assert.Equal(2, _shared.Finds);
    }

    [Fact]
    public async Task UnknownTagWithAFreshHint_IsFetchedByDigest()
    {
        _shared.Hint = Hint(New, TimeSpan.FromMinutes(1));

        var answer = await ResolveAsync();

        Assert.Equal((CacheResult.Miss, New.Digest), (answer.Result, answer.Digest));
        Assert.Equal([$"GET {New.Digest}"], Calls());
        Assert.Equal(240, (long)(await ResolveAsync()).Freshness.TimeToLive.TotalSeconds);
    }

    [Fact]
    public async Task BytesOfAnotherRepository_NeedUpstreamsWordAllTheSame()
    {
        await ResolveAsync(B);
        _origin.Head = (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.Denied));
        _origin.Manifest = (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.Denied));
        _shared.Hint = Hint(New, TimeSpan.FromMinutes(1));

        Assert.Equal((CacheResult.Error, OriginOutcome.Denied), Describe(await ResolveAsync()));
        Assert.Equal(CacheResult.Hit, (await ResolveAsync(headOnly: true)).Result);
        Assert.Equal((CacheResult.Error, OriginOutcome.Denied), Describe(await ResolveAsync()));
        Assert.False(_fixture.Store.LookupManifest(A, New.Digest).IsLinked);
    }

    [Fact]
    public async Task HintWhoseDigestIsGone_IsDroppedAndUpstreamAsked()
    {
        _upstream.Remove(Old.Digest);
        _shared.Hint = Hint(Old, TimeSpan.FromMinutes(1));

        var answer = await ResolveAsync();

        Assert.Equal((CacheResult.Miss, New.Digest), (answer.Result, answer.Digest));
        Assert.Equal([$"GET {Old.Digest}", "GET v1"], Calls());
        Assert.Equal(1, _shared.Drops);
        Assert.Equal(New.Digest, _shared.Told[^1].Digest);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(600)]
    [InlineData(-1)]
    public async Task HintThatIsNotFresh_IsAbsent(int ageMinutes)
    {
        _shared.Hint = Hint(Old, TimeSpan.FromMinutes(ageMinutes));

        Assert.Equal(New.Digest, (await ResolveAsync()).Digest);
        Assert.Equal(["GET v1"], Calls());
    }

    [Fact]
    public async Task OlderHint_NeverReplacesWhatIsKnown()
    {
        await ResolveAsync();
        _fixture.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.False(_fixture.Store.TakeTag(A, Tag, ManifestTypes.All, Hint(Old, TimeSpan.FromMinutes(2))));
        Assert.False(_fixture.Store.TakeTag(A, Tag, ManifestTypes.All, Hint(Old, TimeSpan.FromMinutes(1))));
        Assert.False(_fixture.Store.TakeTag(A, Tag, ManifestTypes.All, Hint(Old, TimeSpan.FromMinutes(-1))));
        Assert.Equal(New.Digest, _fixture.Store.LookupTag(A, Tag, ManifestTypes.All, Rule).Digest);
        Assert.True(_fixture.Store.TakeTag(A, Tag, ManifestTypes.All, Hint(Old, TimeSpan.Zero)));
        Assert.Equal(Old.Digest, _fixture.Store.LookupTag(A, Tag, ManifestTypes.All, Rule with { Lifetime = TimeSpan.MaxValue }).Digest);
    }

    [Fact]
    public async Task FreshTag_AsksNobody()
    {
        await ResolveAsync();
        var finds = _shared.Finds;

        await ResolveAsync();

        Assert.Equal(finds, _shared.Finds);
    }

    [Fact]
    public async Task HeadWithAHint_SpendsNothing()
    {
        _shared.Hint = Hint(New, TimeSpan.FromMinutes(1));

        var head = await ResolveAsync(headOnly: true);

        Assert.Equal((CacheResult.Hit, New.Digest, (long)New.Content.Length), (head.Result, head.Digest, head.SizeBytes));
        Assert.Empty(_origin.Calls);
    }

    [Fact]
    public async Task HintOfATypeThatTheClientCannotTake_IsAskedForByTheClientsOwnClass()
    {
        _shared.Hint = Hint(Old, TimeSpan.FromMinutes(1)) with { Type = ManifestTypes.OciIndex };
        _shared.OnlyClass = ManifestTypes.All;

        var head = await _resolver.ResolveAsync(A, Tag, ManifestTypes.OciManifest, Rule, true, default);

        Assert.Equal((CacheResult.Miss, New.Digest), (head.Result, head.Digest));
    }

    [Fact]
    public async Task UpstreamIsAway_TheStaleTagIsServedWhateverTheHint()
    {
        _current = Old;
        await ResolveAsync();
        Age();
        _shared.Hint = Hint(New, TimeSpan.FromMinutes(1));
        _origin.Manifest = (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.Unavailable));
        _origin.Head = (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.Unavailable));

        var answer = await ResolveAsync();

        Assert.Equal((CacheResult.Stale, Old.Digest), (answer.Result, answer.Digest));
    }

    [Fact]
    public async Task TagThatIsGoneUpstream_IsTakenBack()
    {
        _origin.Manifest = (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.NotFound));

        await ResolveAsync();

        Assert.Equal(1, _shared.Drops);
    }

    private Task<ManifestAnswer> ResolveAsync(RepositoryKey? repository = null, bool headOnly = false) =>
        _resolver.ResolveAsync(repository ?? A, Tag, ManifestTypes.All, Rule, headOnly, default).AsTask();

    private static (CacheResult Result, OriginOutcome Outcome) Describe(ManifestAnswer answer) => (answer.Result, answer.Failure.Outcome);

    /// <summary>What upstream was asked: the verb and the reference.</summary>
    private List<string> Calls() => [.. _origin.Calls.Select(call => call.Split(' ')).Select(words => $"{words[0]} {words[^1]}")];

    private void Age() => _fixture.Clock.Advance(TimeSpan.FromMinutes(6));

    private TagEntry Hint(TestManifest manifest, TimeSpan age) =>
        new(manifest.Digest, ManifestTypes.OciManifest, manifest.Content.Length, _fixture.Clock.GetUtcNow() - age);

    private TestManifest? Upstream(Reference reference)
    {
        var manifest = !reference.IsDigest ? _current : reference.Digest == Old.Digest ? Old : New;
        return _upstream.Contains(manifest.Digest) ? manifest : null;
    }

    /// <summary>One hint that the test gives for every tag, and what was told.</summary>
    private sealed class NotedTags : ISharedTags
    {
        public TagEntry? Hint { get; set; }

        /// <summary>The class that the hint is for; every class unless set.</summary>
        public ManifestTypes? OnlyClass { get; set; }

        public List<TagEntry> Told { get; } = [];

        public int Finds { get; private set; }

        public int Drops { get; private set; }

        public ValueTask<TagEntry?> FindAsync(RepositoryKey repository, Reference tag, ManifestTypes accept)
        {
            Finds++;
            return ValueTask.FromResult(OnlyClass is { } only && only != accept ? null : Hint);
        }

        public void Tell(RepositoryKey repository, in Reference tag, ManifestTypes accept, in TagEntry entry, TimeSpan lifetime)
        {
            Assert.Equal(Rule.Lifetime, lifetime);
            Told.Add(entry);
        }

        public void Drop(RepositoryKey repository, in Reference tag)
        {
            Drops++;
            Hint = null;
        }
    }
}
