using EdgeCache.Core.Caching;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Tests.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Fill;

public sealed class ManifestFetcherTests : IAsyncLifetime
{
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");
    private static readonly Reference Tag = Reference.Parse("v1");
    private static readonly TestManifest Manifest = new();
    private const string FirstEndpoint = "http://first";

    private readonly StoreFixture _fixture = new();
    private readonly ScriptedOrigin _origin = new();
    private readonly ManifestFetcher _fetcher;

    public ManifestFetcherTests() =>
        _fetcher = new ManifestFetcher(_origin, _fixture.Store, new FillOptions { MaxManifestBytes = 100_000 }, NullLogger.Instance);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task GoodManifest_IsStoredAndAnswered(bool byDigest, bool withLength)
    {
        Script(Manifest.Content, withLength);

        var answer = await GetAsync(byDigest ? Reference.ByDigest(Manifest.Digest) : Tag);

        Assert.Equal((CacheResult.Miss, Manifest.Digest, ManifestTypes.OciManifest), (answer.Result, answer.Digest, answer.Type));
        Assert.Equal(Manifest.Content, answer.Content.ToArray());
        Assert.Equal(LookupState.Fresh, _fixture.Store.LookupManifest(A, Manifest.Digest).State);
    }

    [Fact]
    public async Task Sha512_IsVerifiedAsSuch()
    {
        var digest = Digest.Compute(Manifest.Content, DigestAlgorithm.Sha512);
        Script(Manifest.Content);

        Assert.Equal(digest, (await GetAsync(Reference.ByDigest(digest))).Digest);
        Assert.Equal(LookupState.Fresh, _fixture.Store.LookupManifest(A, digest).State);
    }

    [Theory]
    [InlineData("other bytes")]
    [InlineData("another type")]
    [InlineData("another claim")]
    [InlineData("no manifest")]
    [InlineData("too long")]
    [InlineData("too long without a length")]
    public async Task BadManifest_IsRefusedAndNotStored(string fault)
    {
        var content = fault switch
        {
            "other bytes" => new TestManifest("other").Content,
            "no manifest" => "{}"u8.ToArray(),
            "too long" or "too long without a length" => new byte[100_001],
            _ => Manifest.Content,
        };
        Script(
            content,
            fault != "too long without a length",
            fault == "another type" ? MediaTypes.OciIndex : MediaTypes.OciManifest,
            fault == "another claim" ? Digest.Compute("x"u8) : default);

        var answer = await GetAsync(fault == "other bytes" ? Reference.ByDigest(Manifest.Digest) : Tag);

        Assert.Equal((CacheResult.Error, OriginOutcome.BadAnswer), (answer.Result, answer.Failure.Outcome));
        Assert.Equal(LookupState.Miss, _fixture.Store.LookupManifest(A, Digest.Compute(content)).State);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("broken")]
    public async Task BodyThatBreaksOff_IsUnreachable(string fault)
    {
        _origin.Manifest = async (_, _, _) =>
        {
            var body = new PipedBody();
            await body.SendAsync(Manifest.Content.AsMemory(1));
            if (fault == "short")
            {
                body.End();
            }
            else
            {
                body.Break();
            }

            return new OriginAnswer(OriginOutcome.Found, body.Stream) { ContentLength = Manifest.Content.Length, AttemptsLeft = 1 };
        };

        Assert.Equal(OriginOutcome.Unreachable, (await GetAsync(Tag)).Failure.Outcome);
        Assert.Equal(2, _origin.Calls.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BodyThatBreaksOff_IsAskedForOnceMore_ElsewhereIfThereIsSuch(bool hasOthers)
    {
        ScriptTwice(CutShort(hasOthers), Found(Manifest.Content));

        var answer = await GetAsync(Tag);

        Assert.Equal((CacheResult.Miss, Manifest.Digest), (answer.Result, answer.Digest));
        Assert.Equal(Manifest.Content, answer.Content.ToArray());
        Assert.Equal((2, FirstEndpoint, null), (_origin.Calls.Count, _origin.Query.BrokenEndpoint, _origin.Query.WrongEndpoint));
    }

    [Theory]
    [InlineData("cut", 0, 1)]
    [InlineData("cut", 1, 2)]
    [InlineData("too long", 1, 1)]
    [InlineData("endless", 1, 2)]
    [InlineData("no manifest", 1, 1)]
    [InlineData("other bytes", 1, 2)]
    public async Task SecondQuestion_IsAskedWhereItMayHelp_AndAttemptsAreLeft(string fault, int attemptsLeft, int calls)
    {
        _origin.Manifest = (_, _, _) => ValueTask.FromResult(fault switch
        {
            "cut" => Answer(Manifest.Content[..10], Manifest.Content.Length, attemptsLeft),
            "too long" => Answer([], 100_001, attemptsLeft),
            "endless" => Answer(new byte[100_001], null, attemptsLeft),
            "no manifest" => Answer("{}"u8.ToArray(), 2, attemptsLeft),
            _ => Answer(new TestManifest("other").Content, null, attemptsLeft),
        });

        var answer = await GetAsync(fault == "no manifest" ? Reference.ByDigest(Digest.Compute("{}"u8)) : Reference.ByDigest(Manifest.Digest));

        Assert.Equal((CacheResult.Error, calls), (answer.Result, _origin.Calls.Count));
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task BodyThatStalls_IsAskedForElsewhereOnly(bool hasOthers, int calls)
    {
        ScriptTwice(new OriginAnswer(OriginOutcome.Found, new StalledBody()) { ContentLength = 100, AttemptsLeft = 1, HasOthers = hasOthers, Endpoint = FirstEndpoint }, Found(Manifest.Content));

        Assert.Equal(hasOthers ? CacheResult.Miss : CacheResult.Error, (await GetAsync(Tag)).Result);
        Assert.Equal(calls, _origin.Calls.Count);
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task WrongContent_IsAskedForElsewhereOnly(bool hasOthers, int calls)
    {
        ScriptTwice(Found(new TestManifest("other").Content, hasOthers), Found(Manifest.Content));

        var answer = await GetAsync(Reference.ByDigest(Manifest.Digest));

        Assert.Equal(hasOthers ? CacheResult.Miss : CacheResult.Error, answer.Result);
        Assert.Equal(calls, _origin.Calls.Count);
    }

    [Fact]
    public async Task SecondAnswerThatIsOfNoUse_LeavesTheFirst()
    {
        ScriptTwice(Found("{}"u8.ToArray(), hasOthers: true), new OriginAnswer(OriginOutcome.Unreachable) { Reason = "the second" });

        var answer = await GetAsync(Tag);

        Assert.Equal((OriginOutcome.BadAnswer, 2), (answer.Failure.Outcome, _origin.Calls.Count));
        Assert.NotEqual("the second", answer.Failure.Reason);
    }

    [Fact]
    public async Task NotFoundElsewhere_IsNoWordOfTheRegistrys()
    {
        ScriptTwice(CutShort(hasOthers: true), new OriginAnswer(OriginOutcome.NotFound) { StatusCode = 404 });

        Assert.Equal(OriginOutcome.Unreachable, (await GetAsync(Tag)).Failure.Outcome);
    }

    [Fact]
    public async Task NotModifiedThatWasNotAskedFor_IsABadAnswer()
    {
        _origin.Manifest = (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.NotModified) { StatusCode = 304 });

        Assert.Equal(OriginOutcome.BadAnswer, (await GetAsync(Tag)).Failure.Outcome);
    }

    [Fact]
    public async Task NotModified_IsRevalidated()
    {
        _origin.Manifest = (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.NotModified) { StatusCode = 304 });

        var answer = await _fetcher.GetAsync(A, Tag, ManifestTypes.All, Manifest.Digest, FetchPriority.Interactive, default);

        Assert.Equal((CacheResult.Revalidated, Manifest.Digest), (answer.Result, answer.Digest));
    }

    [Fact]
    public async Task DiskThatRefuses_ClientHasTheBytesAllTheSame()
    {
        Script(Manifest.Content);
        var temporary = Path.Combine(_fixture.Path, "tmp");
        Directory.Delete(temporary);

        var answer = await GetAsync(Tag);
        Directory.CreateDirectory(temporary);

        Assert.Equal(Manifest.Content, answer.Content.ToArray());
        Assert.Equal(LookupState.Miss, _fixture.Store.LookupManifest(A, Manifest.Digest).State);
        Assert.Equal(0, _fixture.Store.Eviction.Usage(Core.Blobs.BlobPool.Manifests).ReservedBytes);
    }

    [Theory]
    [InlineData(true, MediaTypes.OciManifest, 9L, true)]
    [InlineData(false, MediaTypes.OciManifest, 9L, false)]
    [InlineData(true, "text/html", 9L, false)]
    [InlineData(true, MediaTypes.OciManifest, null, false)]
    public async Task Head_NamesTheDigestOnlyWhereItSaysAll(bool withDigest, string type, long? length, bool isNamed)
    {
        _origin.Head = (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.Found)
        {
            Digest = withDigest ? Manifest.Digest : default,
            MediaType = type,
            ContentLength = length,
        });

        Assert.Equal(isNamed, !(await _fetcher.HeadAsync(A, Tag, ManifestTypes.All, default)).Digest.IsNone);
    }

    private Task<ManifestAnswer> GetAsync(Reference reference) => _fetcher.GetAsync(A, reference, ManifestTypes.All, default, FetchPriority.Interactive, default);

    private static OriginAnswer Found(byte[] content, bool hasOthers = false) => Answer(content, content.Length, attemptsLeft: 1, hasOthers);

    private static OriginAnswer CutShort(bool hasOthers) => Answer(Manifest.Content[..10], Manifest.Content.Length, attemptsLeft: 1, hasOthers);

    private static OriginAnswer Answer(byte[] content, long? length, int attemptsLeft, bool? hasOthers = null) => new(OriginOutcome.Found, new MemoryStream(content))
    {
        ContentLength = length,
        MediaType = MediaTypes.OciManifest,
        StatusCode = 200,
        Endpoint = FirstEndpoint,
        AttemptsLeft = attemptsLeft,
        HasOthers = hasOthers ?? attemptsLeft > 0,
    };

    private void ScriptTwice(OriginAnswer first, OriginAnswer second) =>
        _origin.Manifest = (_, _, _) => ValueTask.FromResult(_origin.Calls.Count == 1 ? first : second);

    private void Script(byte[] content, bool withLength = true, string type = MediaTypes.OciManifest, Digest claimed = default) =>
        _origin.Manifest = (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.Found, new MemoryStream(content))
        {
            ContentLength = withLength ? content.Length : null,
            MediaType = type,
            Digest = claimed,
            StatusCode = 200,
        });

    private sealed class StalledBody : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new TimeoutException("No byte came.");
    }
}
