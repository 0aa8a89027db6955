using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using EdgeCache.Tests.Store;
using Xunit;

namespace EdgeCache.Tests.Fill;

public sealed class BlobFillTests
{
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");
    private static readonly RepositoryKey B = StoreFixture.Repository("library/b");
    private static readonly FillFailure Refusal = new(FailureSource.Origin, OriginOutcome.NotFound, "gone");

    private readonly BlobFill _fill = new(Digest.Compute("bytes"u8), new FillOptions { MaxReadersPerFill = 3 }, TimeProvider.System);

    [Fact]
    public void FirstReader_LeadsAndIsTheSource()
    {
        using var first = _fill.TryJoin(A, linked: false, -1)!;
        using var second = _fill.TryJoin(A, linked: false, -1)!;

        Assert.Equal((true, false), (first.IsLeader, second.IsLeader));
        Assert.Equal((false, false), (first.NeedsConfirmation, second.NeedsConfirmation));
        Assert.Equal(A, _fill.NextSourceOrFail(null)!.Repository);
    }

    [Fact]
    public void ReadersBeyondTheLimit_AreRefusedUntilOneLeaves()
    {
        var readers = Enumerable.Range(0, 3).Select(_ => _fill.TryJoin(A, true, -1)!).ToList();

        Assert.Null(_fill.TryJoin(A, true, -1));
        Assert.True(_fill.IsFull);
        readers[0].Dispose();
        readers[0].Dispose();
        using var again = _fill.TryJoin(A, true, -1);

        Assert.NotNull(again);
        Assert.Null(_fill.TryJoin(A, true, -1));
        readers.ForEach(reader => reader.Dispose());
    }

    [Fact]
    public async Task ReaderWithoutARight_SeesNothing()
    {
        using var holder = _fill.TryJoin(A, linked: true, -1)!;
        using var stranger = _fill.TryJoin(B, linked: false, -1)!;
        _fill.Verify(5, tail: null);

        await Assert.ThrowsAsync<InvalidOperationException>(() => stranger.WaitForHeadAsync(default).AsTask());
        stranger.Allow();
        Assert.Equal(FillState.Verified, (await stranger.WaitForHeadAsync(default)).State);
    }

    [Fact]
    public void UnlinkedReaderOfASourceThatMayNeverBeAsked_NeedsConfirmation()
    {
        using var first = _fill.TryJoin(A, linked: true, -1)!;
        using var linked = _fill.TryJoin(B, linked: true, -1)!;
        _fill.NextSourceOrFail(null);

        using var unlinked = _fill.TryJoin(B, linked: false, -1)!;

        Assert.True(unlinked.NeedsConfirmation);
    }

    [Fact]
    public async Task UnlinkedReader_WaitsForItsOwnSourceToConfirm()
    {
        using var reader = _fill.TryJoin(A, linked: false, -1)!;
        var source = _fill.NextSourceOrFail(null)!;
        var head = reader.WaitForHeadAsync(default).AsTask();
        _fill.Verify(5, tail: null);
        Assert.False(head.IsCompleted);

        _fill.Confirm(source);

        Assert.Equal(FillState.Verified, (await head).State);
    }

    [Fact]
    public async Task RefusedSource_FailsItsUnlinkedReaderAndKeepsTheLinkedOneWaiting()
    {
        using var unlinked = _fill.TryJoin(A, linked: false, -1)!;
        using var linked = _fill.TryJoin(B, linked: true, -1)!;
        var waiting = linked.WaitForHeadAsync(default).AsTask();

        var first = _fill.NextSourceOrFail(null)!;
        _fill.Refuse(first, Refusal);

        Assert.Equal(Refusal, (await unlinked.WaitForHeadAsync(default)).Failure);
        Assert.False(waiting.IsCompleted);
        var second = _fill.NextSourceOrFail(first)!;
        Assert.Equal(B, second.Repository);
        _fill.Refuse(second, Refusal);
        Assert.Null(_fill.NextSourceOrFail(second));
        Assert.Equal(FillState.Failed, (await waiting).State);
    }

    [Fact]
    public void Sources_TakeTurnsUntilTheyAreRefused()
    {
        using var first = _fill.TryJoin(A, linked: true, -1)!;
        using var second = _fill.TryJoin(B, linked: true, -1)!;

        var a = _fill.NextSourceOrFail(null)!;
        var b = _fill.NextSourceOrFail(a)!;
        Assert.Equal((A, B), (a.Repository, b.Repository));
        Assert.Same(a, _fill.NextSourceOrFail(b));
        _fill.Refuse(b, Refusal);
        Assert.Same(a, _fill.NextSourceOrFail(a));
    }

    [Fact]
    public void FailedOrClosedFill_IsNotJoined()
    {
        _fill.Fail(Refusal);
        Assert.Null(_fill.TryJoin(A, true, -1));

        var closed = new BlobFill(_fill.Digest, new FillOptions(), TimeProvider.System);
        closed.Close();
        Assert.Null(closed.TryJoin(A, true, -1));
    }

    [Fact]
    public async Task FailureAfterVerification_ChangesNothing()
    {
        using var reader = _fill.TryJoin(A, linked: true, -1)!;
        _fill.Verify(5, tail: null);
        _fill.Fail(Refusal);

        Assert.Equal(FillState.Verified, (await reader.WaitForHeadAsync(default)).State);
        Assert.False(_fill.TryTakeBack());
    }

    /// <summary>A wake-up that is lost would leave a reader waiting for ever: the fill says nothing twice.</summary>
    [Fact]
    public async Task ReadersAtTheHeelsOfTheFill_MissNoAdvance()
    {
        const int Steps = 20_000;
        var readers = Enumerable.Range(0, 3).Select(_ => _fill.TryJoin(A, linked: true, -1)!).ToList();
        var follows = readers.Select(reader => Task.Run(() => FollowAsync(reader))).ToList();

        for (var step = 1; step <= Steps; step++)
        {
            // The total is unknown: what is held back comes on top.
            _fill.Advance(step + new FillOptions().HoldBackBytes);
        }

        await Eventually.TrueAsync(() => follows.TrueForAll(follow => follow.IsCompleted));
        Assert.All(await Task.WhenAll(follows), seen => Assert.Equal(Steps, seen));
        readers.ForEach(reader => reader.Dispose());

        static async Task<long> FollowAsync(FillReader reader)
        {
            long seen = 0;
            while (seen < Steps)
            {
                seen = (await reader.WaitAsync(seen, default)).VisibleBytes;
            }

            return seen;
        }
    }
}
