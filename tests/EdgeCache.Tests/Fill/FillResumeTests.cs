using System.Security.Cryptography;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Tests.Store;
using Xunit;

namespace EdgeCache.Tests.Fill;

/// <summary>Bodies that break off and go on, as a fill sees them.</summary>
public sealed class FillResumeTests : IAsyncLifetime
{
    private const int PieceBytes = 64 * 1024;
    private const int ProgressBytes = 100_000;
    private static readonly byte[] Large = RandomNumberGenerator.GetBytes(1_000_000);
    private static readonly byte[] Small = RandomNumberGenerator.GetBytes(1_000);
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");
    private static readonly RepositoryKey B = StoreFixture.Repository("library/b");

    private readonly FillFixture _fixture = new(new FillOptions
    {
        PieceBytes = PieceBytes,
        ProgressBytes = ProgressBytes,
        MaxAttemptsInVain = 3,
        MaxAttempts = 50,
    });

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task BodyThatBreaksAgainAndAgain_GoesOnWhereItEnded(bool withLength, bool endsQuietly)
    {
        // Without a length a body that ends quietly is whole.
        var throws = !endsQuietly || !withLength;
        Answer((_, from) => Part(Large, from.Offset, 150_000, throws, withLength));
        using var reader = _fixture.Join(A, Large);

        Assert.Equal(Large, await reader.ReadAllAsync());

        Assert.Equal([0L, 150_000, 300_000, 450_000, 600_000, 750_000, 900_000], _fixture.Origin.Points.Select(point => point.Offset));
        await AssertStoredAsync(Large);
    }

    [Fact]
    public async Task NextAttempt_LeavesTheBrokenEndpointAndItsETagBehindOrBringsIt()
    {
        Answer((_, from) => Part(Large, from.Offset, 400_000));
        using var reader = _fixture.Join(A, Large);
        await reader.ReadAllAsync();

        Assert.Equal(
            [default, new ResumePoint(400_000, "http://one", "\"tag\""), new ResumePoint(800_000, "http://one", "\"tag\"")], _fixture.Origin.Points);
    }

    /// <summary>Storages of one upstream may differ in their ETags; a range is then never had by If-Range.</summary>
    [Fact]
    public async Task WholeAnswerToARange_IsComparedAndItsETagForgotten()
    {
        Answer((_, from) => from.ETag is not null ? Part(Large, 0, 700_000) : Part(Large, from.Offset, 300_000));
        using var reader = _fixture.Join(A, Large);

        Assert.Equal(Large, await reader.ReadAllAsync());

        Assert.Equal([null, "\"tag\"", null], _fixture.Origin.Points.Select(point => point.ETag));
        Assert.Equal([0L, 300_000, 700_000], _fixture.Origin.Points.Select(point => point.Offset));
    }

    [Fact]
    public async Task WholeAnswerThatDiffers_FailsTheReadersAndIsNeverWrittenAgain()
    {
        var other = Large.ToArray();
        other[10] ^= 1;
        Answer((_, from) => from.Offset == 0 ? Part(Large, 0, 500_000) : Part(other, 0, Large.Length));
        using var reader = _fixture.Join(A, Large);

        var end = await reader.WaitAsync(Large.Length, default);
        var seen = new byte[(int)end.VisibleBytes];
        await reader.Lease.ReadAsync(seen, 0, default);

        Assert.Equal((FillState.Failed, OriginOutcome.BadAnswer), (end.State, end.Failure.Outcome));
        Assert.Equal(500_000, end.VisibleBytes);
        Assert.True(Large.AsSpan(0, 500_000).SequenceEqual(seen));
        await AssertNotStoredAsync(Large);
    }

    [Fact]
    public async Task WrongBytesFromSeveralAnswers_BeforeAnyIsSeen_StartOver()
    {
        var wrong = Small.ToArray();
        wrong[999] ^= 1;
        var calls = 0;
        Answer((_, from) => ++calls switch
        {
            1 => Part(Small, 0, 500),
            2 => Part(wrong, from.Offset, Small.Length),
            _ => Part(Small, from.Offset, Small.Length),
        });
        using var reader = _fixture.Join(A, Small);

        Assert.Equal(Small, await reader.ReadAllAsync());

        Assert.Equal([0L, 500, 0], _fixture.Origin.Points.Select(point => point.Offset));
    }

    [Fact]
    public async Task WrongBytesFromSeveralAnswers_StartOverOnlyOnce()
    {
        var wrong = Small.ToArray();
        wrong[999] ^= 1;
        Answer((_, from) => from.Offset == 0 ? Part(Small, 0, 500) : Part(wrong, from.Offset, Small.Length));
        using var reader = _fixture.Join(A, Small);

        Assert.Equal(OriginOutcome.BadAnswer, (await reader.WaitForHeadAsync(default)).Failure.Outcome);

        Assert.Equal([0L, 500, 0, 500], _fixture.Origin.Points.Select(point => point.Offset));
        await AssertNotStoredAsync(Small);
    }

    [Fact]
    public async Task RangeOfAnotherTotal_IsRefused()
    {
        Answer((_, from) => from.Offset == 0 ? Part(Large, 0, 500_000) : Part(Large[..900_000], from.Offset, Large.Length));
        using var reader = _fixture.Join(A, Large);

        var end = await reader.WaitAsync(Large.Length, default);

        Assert.Equal((FillState.Failed, OriginOutcome.BadAnswer), (end.State, end.Failure.Outcome));
        Assert.Equal(2, _fixture.Origin.Calls.Count);
    }

    [Fact]
    public async Task AttemptsInVain_EndTheFill()
    {
        Answer((_, from) => Part(Large, from.Offset, from.Offset == 0 ? 500_000 : 1_000));
        using var reader = _fixture.Join(A, Large);

        var end = await reader.WaitAsync(Large.Length, default);

        Assert.Equal((FillState.Failed, OriginOutcome.Unavailable), (end.State, end.Failure.Outcome));
        Assert.Equal([0L, 500_000, 501_000, 502_000], _fixture.Origin.Points.Select(point => point.Offset));
    }

    [Fact]
    public async Task UpstreamThatFailsForAWhile_IsAskedAgain()
    {
        var calls = 0;
        Answer((_, from) => ++calls is 2 or 3 ? new OriginAnswer(OriginOutcome.Unavailable) : Part(Large, from.Offset, 600_000));
        using var reader = _fixture.Join(A, Large);

        Assert.Equal(Large, await reader.ReadAllAsync());
    }

    [Fact]
    public async Task NoBodyYet_AFailureIsToldAtOnce()
    {
        Answer((_, _) => new OriginAnswer(OriginOutcome.Unavailable));
        using var reader = _fixture.Join(A, Large);

        Assert.Equal(FillState.Failed, (await reader.WaitForHeadAsync(default)).State);
        Assert.Single(_fixture.Origin.Calls);
    }

    [Fact]
    public async Task LongRetryAfter_EndsTheFill()
    {
        Answer((_, from) => from.Offset == 0
            ? Part(Large, 0, 500_000)
            : new OriginAnswer(OriginOutcome.RateLimited) { RetryAfter = TimeSpan.FromMinutes(5) });
        using var reader = _fixture.Join(A, Large);

        Assert.Equal(OriginOutcome.RateLimited, (await reader.WaitAsync(Large.Length, default)).Failure.Outcome);
    }

    [Fact]
    public async Task SourceThatHasItNoLonger_LeavesTheRestToTheNext()
    {
        var gate = new TaskCompletionSource();
        _fixture.Origin.Blob = async (repository, _, _) =>
        {
            await gate.Task;
            var from = _fixture.Origin.Points[^1];
            return repository == B ? Part(Large, from.Offset, Large.Length)
                : from.Offset == 0 ? Part(Large, 0, 500_000) : new OriginAnswer(OriginOutcome.NotFound);
        };
        using var first = _fixture.Join(A, Large, linked: true);
        using var second = _fixture.Join(B, Large, linked: true);
        gate.SetResult();

        Assert.Equal(Large, await first.ReadAllAsync());
        Assert.Equal(Large, await second.ReadAllAsync());
        Assert.Equal([0L, 500_000, 500_000], _fixture.Origin.Points.Select(point => point.Offset));
    }

    [Fact]
    public async Task Sibling_IsLeftWhereItBreaksOff()
    {
        var upstream = new ScriptedOrigin { Blob = (_, _, _) => ValueTask.FromResult(Part(Large, 10, Large.Length)) };
        _fixture.Origin.Behind = upstream;
        Answer((_, _) => Part(Large, 0, 10, isSibling: true));
        using var reader = _fixture.Join(A, Large);

        Assert.Equal(Large, await reader.ReadAllAsync());
        Assert.Equal([default], _fixture.Origin.Points);
        Assert.Equal([new ResumePoint(10)], upstream.Points);
    }

    [Fact]
    public async Task StopInAPause_EndsTheFill()
    {
        await using var table = new FillTable(
            _fixture.Origin, _fixture.Cache.Store, new FillOptions { RetryDelay = TimeSpan.FromMinutes(1) }, TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<FillTable>.Instance);
        Answer((_, _) => Part(Large, 0, 10));
        table.JoinOrStart(A, Digest.Compute(Large), false, -1, FetchScope.Anywhere, out var joined);
        using var reader = joined!;
        await EdgeCache.Testing.Eventually.TrueAsync(() => _fixture.Origin.Calls.Count > 0);

        await table.DisposeAsync();

        Assert.Equal(FillState.Failed, (await reader.WaitForHeadAsync(default)).State);
    }

    private static OriginAnswer Part(byte[] content, long offset, int bytes, bool throws = true, bool withLength = true, bool isSibling = false)
    {
        var rest = content[(int)offset..];
        var sent = rest[..Math.Min(bytes, rest.Length)];
        Stream body = throws && sent.Length < rest.Length ? new BreakingStream(sent) : new MemoryStream(sent);
        return new OriginAnswer(OriginOutcome.Found, body)
        {
            ContentLength = withLength ? rest.Length : null,
            Offset = offset,
            Endpoint = "http://one",
            ETag = "\"tag\"",
            IsFromSibling = isSibling,
        };
    }

    /// <summary>All its bytes, and then a reset.</summary>
    private sealed class BreakingStream(byte[] content) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var count ? count : throw new IOException("The connection was reset.");
    }

    private void Answer(Func<RepositoryKey, ResumePoint, OriginAnswer> answer) =>
        _fixture.Origin.Blob = (repository, _, _) => ValueTask.FromResult(answer(repository, _fixture.Origin.Points[^1]));

    private async Task AssertStoredAsync(byte[] content)
    {
        await _fixture.Fills.EndAsync();
        Assert.Equal(LookupState.Fresh, _fixture.Cache.Store.LookupBlob(A, Digest.Compute(content)).State);
    }

    private async Task AssertNotStoredAsync(byte[] content)
    {
        await _fixture.Fills.EndAsync();
        Assert.False(_fixture.Cache.Store.Contains(Digest.Compute(content)));
    }
}
