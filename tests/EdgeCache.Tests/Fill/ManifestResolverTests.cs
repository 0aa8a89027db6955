using EdgeCache.Core.Caching;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Tests.Store;
using Xunit;

namespace EdgeCache.Tests.Fill;

public sealed class ManifestResolverTests : IAsyncLifetime
{
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");
    private static readonly RepositoryKey B = StoreFixture.Repository("library/b");
    private static readonly Reference Tag = Reference.Parse("v1");
    private static readonly TestManifest Old = new("old");
    private static readonly TestManifest New = new("new");
    private static readonly FreshnessRule Rule = new(TimeSpan.FromMinutes(5), TimeSpan.FromHours(1));

    private readonly ResolverFixture _fixture;
    private readonly ScriptedOrigin _origin;
    private readonly ManifestResolver _resolver;
    private TestManifest? _current = Old;

    public ManifestResolverTests()
    {
        _fixture = new ResolverFixture(Upstream);
        (_origin, _resolver) = (_fixture.Origin, _fixture.Resolver);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task UnknownTag_IsFetchedOnceThenHit()
    {
        var first = await ResolveAsync();
        var second = await ResolveAsync();

        Assert.Equal((CacheResult.Miss, Old.Digest), (first.Result, first.Digest));
        Assert.Equal((CacheResult.Hit, Old.Digest), (second.Result, second.Digest));
        Assert.Equal(["GET"], Verbs());
    }

    [Fact]
    public async Task StaleTagThatStands_IsRevalidatedByHead()
    {
        await ResolveAsync();
        Age();

        var answer = await ResolveAsync();

        Assert.Equal((CacheResult.Revalidated, Old.Digest), (answer.Result, answer.Digest));
        Assert.Equal(CacheResult.Hit, (await ResolveAsync()).Result);
        Assert.Equal(["GET", "HEAD"], Verbs());
    }

    [Fact]
    public async Task StaleTagThatMoved_IsFetchedByDigest()
    {
        await ResolveAsync();
        Age();
        _current = New;

        var answer = await ResolveAsync();

        Assert.Equal((CacheResult.Miss, New.Digest), (answer.Result, answer.Digest));
        Assert.Equal((CacheResult.Hit, New.Digest), ((await ResolveAsync()).Result, New.Digest));
        Assert.EndsWith(New.Digest.ToString(), _origin.Calls[^1], StringComparison.Ordinal);
        Assert.Equal(["GET", "HEAD", "GET"], Verbs());
    }

    [Theory]
    [InlineData(OriginOutcome.Unavailable, CacheResult.Stale)]
    [InlineData(OriginOutcome.Unreachable, CacheResult.Stale)]
    [InlineData(OriginOutcome.Offline, CacheResult.Stale)]
    [InlineData(OriginOutcome.RateLimited, CacheResult.Stale)]
    [InlineData(OriginOutcome.BadAnswer, CacheResult.Stale)]
    [InlineData(OriginOutcome.Denied, CacheResult.Error)]
    [InlineData(OriginOutcome.Unauthorized, CacheResult.Error)]
    [InlineData(OriginOutcome.NotFound, CacheResult.Error)]
    public async Task UpstreamFailsAStaleTag_FailuresAreBridgedAndRefusalsAreNot(OriginOutcome outcome, CacheResult result)
    {
        await ResolveAsync();
        Age();
        _origin.Head = (_, _, _) => ValueTask.FromResult(new OriginAnswer(outcome));

        Assert.Equal(result, (await ResolveAsync()).Result);
    }

    [Theory]
    [InlineData(OriginOutcome.Denied, CacheResult.Stale)]
    [InlineData(OriginOutcome.Unauthorized, CacheResult.Stale)]
    [InlineData(OriginOutcome.NotFound, CacheResult.Stale)]
    [InlineData(OriginOutcome.Unavailable, CacheResult.Error)]
    [InlineData(OriginOutcome.Unreachable, CacheResult.Error)]
    [InlineData(OriginOutcome.RateLimited, CacheResult.Error)]
    public async Task ContractTurnedRound_IsObeyed(OriginOutcome outcome, CacheResult result)
    {
        var rule = Rule with
        {
            Outage = new OutageContract
            {
                Unreachable = OutageAction.Fail,
                ServerError = OutageAction.Pass,
                RateLimited = OutageAction.Fail,
                Denied = OutageAction.Stale,
                NotFound = OutageAction.Stale,
            },
        };
        await ResolveAsync(rule: rule);
        Age();
        _origin.Head = (_, _, _) => ValueTask.FromResult(new OriginAnswer(outcome));

        Assert.Equal((result, outcome), Describe(await ResolveAsync(rule: rule)));
    }

    [Theory]
    [InlineData(OutageAction.Stale)]
    [InlineData(OutageAction.Fail)]
    public async Task TagThatIsGoneUpstream_IsKeptWhereThe404IsNotPassedOn(OutageAction notFound)
    {
        var rule = Rule with { Outage = new OutageContract { NotFound = notFound } };
        await ResolveAsync(rule: rule);
        Age();
        _current = null;
        await ResolveAsync(rule: rule);

        _current = Old;

        Assert.Equal((CacheResult.Revalidated, Old.Digest), ((await ResolveAsync(rule: rule)).Result, Old.Digest));
    }

    [Theory]
    [InlineData(OutageAction.Stale, FetchPriority.Background)]
    [InlineData(OutageAction.Pass, FetchPriority.Interactive)]
    public async Task MovedTag_SpendsTheRestOfTheBudgetOnlyWhereWhatIsHeldMayNotBeServed(OutageAction rateLimited, FetchPriority priority)
    {
        var rule = Rule with { Outage = new OutageContract { RateLimited = rateLimited } };
        await ResolveAsync(rule: rule);
        Assert.Equal(FetchPriority.Interactive, _origin.Query.Priority);
        Age();
        _current = New;

        await ResolveAsync(rule: rule);

        Assert.Equal(priority, _origin.Query.Priority);
    }

    [Fact]
    public async Task MovedTagThatIsWithheld_IsServedStale()
    {
        await ResolveAsync();
        Age();
        _current = New;
        _origin.Manifest = (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.RateLimited));

        var stale = await ResolveAsync();

        Assert.Equal((CacheResult.Stale, Old.Digest, OutageKind.RateLimited), (stale.Result, stale.Digest, stale.Failure.Outage));
    }

    [Fact]
    public async Task ExpiredTagThatMoved_SpendsWhatThereIs()
    {
        await ResolveAsync();
        Age(TimeSpan.FromHours(2));
        _current = New;

        Assert.Equal(New.Digest, (await ResolveAsync()).Digest);
        Assert.Equal(FetchPriority.Interactive, _origin.Query.Priority);
    }

    [Fact]
    public async Task ExpiredTag_IsNotServedStale()
    {
        await ResolveAsync();
        Age(TimeSpan.FromHours(2));
        _origin.Head = (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.Unavailable));

        Assert.Equal((CacheResult.Error, OriginOutcome.Unavailable), Describe(await ResolveAsync()));
    }

    [Fact]
    public async Task TagThatIsGoneUpstream_IsForgotten()
    {
        await ResolveAsync();
        Age();
        _current = null;

        Assert.Equal((CacheResult.Error, OriginOutcome.NotFound), Describe(await ResolveAsync()));
        Assert.True(_fixture.Store.LookupTag(A, Tag, ManifestTypes.All, Rule).Digest.IsNone);
    }

    [Fact]
    public async Task FreshnessOfZero_AsksEveryTimeByHead()
    {
        var rule = Rule with { Lifetime = TimeSpan.Zero };

        Assert.Equal(CacheResult.Miss, (await ResolveAsync(rule: rule)).Result);
        Assert.Equal(CacheResult.Revalidated, (await ResolveAsync(rule: rule)).Result);
        Assert.Equal(["GET", "HEAD"], Verbs());
    }

    [Fact]
    public async Task HeadOfAnUnknownTag_SpendsNoGet()
    {
        var head = await ResolveAsync(headOnly: true);
        var again = await ResolveAsync(headOnly: true);

        Assert.Equal((CacheResult.Miss, Old.Digest, (long)Old.Content.Length), (head.Result, head.Digest, head.SizeBytes));
        Assert.Equal((CacheResult.Hit, Old.Digest, (long)Old.Content.Length), (again.Result, again.Digest, again.SizeBytes));
        Assert.Equal(["HEAD"], Verbs());
    }

    [Fact]
    public async Task HeadWithoutADigest_FallsBackToGet()
    {
        _origin.Head = (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.Found));

        Assert.Equal(Old.Digest, (await ResolveAsync(headOnly: true)).Digest);
        Assert.Equal(["HEAD", "GET"], Verbs());
    }

    [Fact]
    public async Task FreshTagWhoseManifestIsGoneEverywhere_IsAskedAgain()
    {
        await ResolveAsync(headOnly: true);
        _current = New;

        var answer = await ResolveAsync();

        Assert.Equal((CacheResult.Miss, New.Digest), (answer.Result, answer.Digest));
    }

    [Fact]
    public async Task DigestOfAnotherRepository_IsConfirmedByHeadThenLinked()
    {
        await ResolveDigestAsync(A);

        var linked = await ResolveDigestAsync(B);
        var hit = await ResolveDigestAsync(B);

        Assert.Equal((CacheResult.Linked, CacheResult.Hit), (linked.Result, hit.Result));
        Assert.Equal(["GET", "HEAD"], Verbs());
    }

    [Theory]
    [InlineData(OriginOutcome.NotFound)]
    [InlineData(OriginOutcome.Denied)]
    [InlineData(OriginOutcome.Unavailable)]
    public async Task DigestThatTheRepositoryIsNotConfirmedToHold_IsNotServed(OriginOutcome outcome)
    {
        await ResolveDigestAsync(A);
        _origin.Head = (_, _, _) => ValueTask.FromResult(new OriginAnswer(outcome));

        Assert.Equal((CacheResult.Error, outcome), Describe(await ResolveDigestAsync(B)));
        Assert.Equal((CacheResult.Error, outcome), Describe(await ResolveDigestAsync(B, headOnly: true)));
        Assert.False(_fixture.Store.LookupManifest(B, Old.Digest).IsLinked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ManyRepositoriesAskForOneDigestAtOnce_EachIsAnswered(bool headOnly)
    {
        var repositories = Enumerable.Range(0, 50).Select(number => StoreFixture.Repository($"library/r{number}")).ToList();

        var answers = await Task.WhenAll(repositories.Select(repository => Task.Run(() => ResolveDigestAsync(repository, headOnly))));

        Assert.All(answers, answer => Assert.Equal(Old.Digest, answer.Digest));
        Assert.All(repositories, repository => Assert.True(_fixture.Store.LookupManifest(repository, Old.Digest).IsLinked));
        Assert.True(headOnly || Verbs().Count(verb => verb == "GET") == 1);
    }

    [Fact]
    public async Task RepositoriesThatAskAsTheBytesCome_FetchThemOnce()
    {
        // Who looks just before they are stored starts after that: so close to it that it takes many.
        var manifests = Enumerable.Range(0, 200).Select(number => new TestManifest($"number {number}")).ToList();
        await using var fixture = new ResolverFixture(reference => manifests.Find(manifest => manifest.Digest == reference.Digest));
        foreach (var manifest in manifests)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() => fixture.Resolver
                .ResolveAsync(StoreFixture.Repository($"library/r{number}"), Reference.ByDigest(manifest.Digest), ManifestTypes.All, Rule, headOnly: false, default).AsTask())));
            Assert.All(answers, answer => Assert.Equal(manifest.Digest, answer.Digest));
        }

        Assert.Equal(manifests.Count, fixture.Origin.Calls.Count(call => call.StartsWith("GET", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task OtherRepositoriesThatAreRefused_DoNotUseUpTheRoundsOfOneThatIsNot()
    {
        _origin.Manifest = async (repository, reference, _) =>
        {
            await Task.Yield();
            return repository == A ? ResolverFixture.Answer(Upstream(reference)) : new OriginAnswer(OriginOutcome.NotFound);
        };
        var strangers = Enumerable.Range(0, 30).Select(number => StoreFixture.Repository($"library/s{number}")).ToList();
        var refused = strangers.Select(stranger => Task.Run(() => ResolveDigestAsync(stranger))).ToList();

        Assert.Equal(Old.Digest, (await ResolveDigestAsync(A)).Digest);
        Assert.DoesNotContain(await Task.WhenAll(refused), answer => answer.Failure.Source == FailureSource.Limit);
    }

    [Fact]
    public async Task ManyAskForOneTag_OneGetHoweverLateTheyCome()
    {
        // Who looks before a flight lands and boards after it must not start a second one: many tags, since the gap is small.
        for (var number = 0; number < 40; number++)
        {
            var tag = Reference.Parse($"t{number}");
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => ResolveAsync(tag: tag))));
        }

        Assert.Equal(40, _origin.Calls.Count);
    }

    [Fact]
    public async Task ClientLeaves_FetchGoesOn()
    {
        var gate = new TaskCompletionSource<OriginAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _origin.Manifest = (_, _, _) => new ValueTask<OriginAnswer>(gate.Task);
        using var leaving = new CancellationTokenSource();
        var left = _resolver.ResolveAsync(A, Tag, ManifestTypes.All, Rule, false, leaving.Token).AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        var follower = ResolveAsync();

        gate.SetResult(ResolverFixture.Answer(Upstream(Tag)));

        Assert.Equal(CacheResult.Collapsed, (await follower).Result);
        Assert.Equal(["GET"], Verbs());
    }

    private Task<ManifestAnswer> ResolveAsync(Reference? tag = null, FreshnessRule? rule = null, bool headOnly = false) =>
        _resolver.ResolveAsync(A, tag ?? Tag, ManifestTypes.All, rule ?? Rule, headOnly, default).AsTask();

    private Task<ManifestAnswer> ResolveDigestAsync(RepositoryKey repository, bool headOnly = false) =>
        _resolver.ResolveAsync(repository, Reference.ByDigest(Old.Digest), ManifestTypes.All, Rule, headOnly, default).AsTask();

    private static (CacheResult Result, OriginOutcome Outcome) Describe(ManifestAnswer answer) => (answer.Result, answer.Failure.Outcome);

    private List<string> Verbs() => [.. _origin.Calls.Select(call => call.Split(' ')[0])];

    private void Age(TimeSpan? time = null) => _fixture.Clock.Advance(time ?? TimeSpan.FromMinutes(6));

    private TestManifest? Upstream(Reference reference) =>
        _current is { } manifest && (!reference.IsDigest || reference.Digest == manifest.Digest) ? manifest : null;
}
