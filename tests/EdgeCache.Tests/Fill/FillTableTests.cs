using System.Security.Cryptography;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Tests.Store;
using Xunit;

namespace EdgeCache.Tests.Fill;

public sealed class FillTableTests : IAsyncLifetime
{
    private static readonly byte[] Large = RandomNumberGenerator.GetBytes(300_000);
    private static readonly byte[] Small = RandomNumberGenerator.GetBytes(1_000);
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");
    private static readonly RepositoryKey B = StoreFixture.Repository("library/b");

    private readonly FillFixture _fixture = new(new FillOptions { MaxReadersPerFill = 500, MaxConcurrentFills = 4 });

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [Fact]
    public async Task ManyReaders_OneFetchAndEveryoneHasTheBytes()
    {
        var body = _fixture.Script(Large);
        var readers = Enumerable.Range(0, 100).Select(_ => _fixture.Join(A, Large)).ToList();
        var reads = readers.Select(reader => reader.ReadAllAsync()).ToList();

        await body.SendAsync(Large);
        body.End();

        Assert.All(await Task.WhenAll(reads), bytes => Assert.Equal(Large, bytes));
        Assert.Single(_fixture.Origin.Calls);
        Assert.Single(readers, reader => reader.IsLeader);
        readers.ForEach(reader => reader.Dispose());
    }

    [Fact]
    public async Task LargeBlob_FirstBytesBeforeTheEndAndLastPieceHeldBack()
    {
        var body = _fixture.Script(Large);
        using var reader = _fixture.Join(A, Large);

        await body.SendAsync(Large.AsMemory(0, Large.Length - 1));
        var head = await reader.WaitForHeadAsync(default);
        var seen = await reader.WaitAsync(Large.Length - 65_537, default);

        Assert.Equal(FillState.Growing, head.State);
        Assert.Equal(Large.Length, head.TotalBytes);
        Assert.Equal(Large.Length - 65_536, seen.VisibleBytes);
        await body.SendAsync(Large.AsMemory(Large.Length - 1));
        body.End();
        Assert.Equal(FillState.Verified, (await reader.WaitAsync(Large.Length, default)).State);
    }

    [Fact]
    public async Task SmallBlob_NothingVisibleBeforeVerified()
    {
        var body = _fixture.Script(Small);
        using var reader = _fixture.Join(A, Small);
        await body.SendAsync(Small);

        var head = reader.WaitForHeadAsync(default).AsTask();
        Assert.False(head.IsCompleted);
        body.End();

        Assert.Equal(FillState.Verified, (await head).State);
    }

    [Fact]
    public async Task ReaderLeaves_FillCompletes()
    {
        var body = _fixture.Script(Large);
        using (var leaver = _fixture.Join(A, Large))
        {
            using var cancel = new CancellationTokenSource();
            var wait = leaver.WaitForHeadAsync(cancel.Token).AsTask();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        }

        await body.SendAsync(Large);
        body.End();
        using var late = _fixture.Join(A, Large);
        Assert.Equal(FillState.Verified, (await late.WaitAsync(Large.Length, default)).State);
        Assert.Single(_fixture.Origin.Calls);
    }

    [Fact]
    public async Task SourceWithoutTheBlob_FailsItsReaderAndNotTheOther()
    {
        var asked = new TaskCompletionSource<OriginAnswer>();
        _fixture.Origin.Blob = (repository, _, _) => repository == A
            ? new ValueTask<OriginAnswer>(asked.Task)
            : ValueTask.FromResult(ScriptedOrigin.Found(Large));
        using var stranger = _fixture.Join(A, Large, linked: false);
        using var holder = _fixture.Join(B, Large, linked: true);

        asked.SetResult(new OriginAnswer(OriginOutcome.NotFound));

        var refused = await stranger.WaitForHeadAsync(default);
        Assert.Equal((FillState.Failed, OriginOutcome.NotFound), (refused.State, refused.Failure.Outcome));
        Assert.Equal(Large, await holder.ReadAllAsync());
    }

    [Fact]
    public async Task UnlinkedJoiner_NeedsConfirmationBeforeItReads()
    {
        var body = _fixture.Script(Large);
        using var holder = _fixture.Join(A, Large);
        using var stranger = _fixture.Join(B, Large, linked: false);

        Assert.False(holder.NeedsConfirmation);
        Assert.True(stranger.NeedsConfirmation);
        stranger.Allow();
        await body.SendAsync(Large);
        body.End();
        Assert.Equal(Large, await stranger.ReadAllAsync());
    }

    [Theory]
    [InlineData(OriginOutcome.NotFound)]
    [InlineData(OriginOutcome.Unavailable)]
    [InlineData(OriginOutcome.RateLimited)]
    public async Task UpstreamRefuses_ReaderLearnsWhy(OriginOutcome outcome)
    {
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(new OriginAnswer(outcome) { RetryAfter = TimeSpan.FromSeconds(7) });
        using var reader = _fixture.Join(A, Large);

        var head = await reader.WaitForHeadAsync(default);

        Assert.Equal((FillState.Failed, outcome), (head.State, head.Failure.Outcome));
        Assert.Equal(TimeSpan.FromSeconds(7), head.Failure.RetryAfter);
    }

    [Fact]
    public async Task FailedFill_NextRequestAsksAgain()
    {
        using (var reader = _fixture.Join(A, Large))
        {
            Assert.Equal(FillState.Failed, (await reader.WaitForHeadAsync(default)).State);
        }

        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Large));
        using var again = _fixture.Join(A, Large);
        Assert.Equal(Large, await again.ReadAllAsync());
    }

    [Fact]
    public async Task Disposal_EndsWaitingReaders()
    {
        _fixture.Script(Large);
        using var reader = _fixture.Join(A, Large);
        var wait = reader.WaitForHeadAsync(default).AsTask();

        await _fixture.Fills.DisposeAsync();

        Assert.Equal(FillState.Failed, (await wait).State);
    }

    [Fact]
    public async Task StoredSinceTheLookUp_IsNotFetchedAgain()
    {
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Large));
        using (var reader = _fixture.Join(A, Large))
        {
            await reader.ReadAllAsync();
        }

        await _fixture.Fills.EndAsync();

        Assert.Equal(JoinOutcome.Stored, _fixture.Fills.JoinOrStart(A, Digest.Compute(Large), false, -1, FetchScope.Anywhere, out var none));
        Assert.Null(none);
        Assert.Single(_fixture.Origin.Calls);
    }

    [Fact]
    public async Task AfterDisposal_NothingStarts()
    {
        await _fixture.Fills.DisposeAsync();

        Assert.Equal(JoinOutcome.Refused, _fixture.Fills.JoinOrStart(A, Digest.Compute(Large), false, -1, FetchScope.Anywhere, out _));
        Assert.Empty(_fixture.Origin.Calls);
    }

    [Fact]
    public async Task FillsBeyondTheLimit_AreRefused()
    {
        var bodies = new List<PipedBody>();
        _fixture.Origin.Blob = (_, _, token) =>
        {
            var body = new PipedBody();
            token.Register(body.Break);
            lock (bodies)
            {
                bodies.Add(body);
            }

            return ValueTask.FromResult(ScriptedOrigin.Found(body.Stream, 100));
        };
        var readers = Enumerable.Range(0, 4).Select(index => _fixture.Join(A, [(byte)index])).ToList();

        Assert.Equal(JoinOutcome.Refused, _fixture.Fills.JoinOrStart(A, Digest.Compute([9]), false, -1, FetchScope.Anywhere, out var refused));
        Assert.Null(refused);

        await _fixture.Fills.DisposeAsync();
        readers.ForEach(reader => reader.Dispose());
    }
}
