using System.Security.Cryptography;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Tests.Store;
using Xunit;

namespace EdgeCache.Tests.Fill;

public sealed class FillRunTests : IAsyncLifetime
{
    private static readonly byte[] Large = RandomNumberGenerator.GetBytes(300_000);
    private static readonly byte[] Small = RandomNumberGenerator.GetBytes(1_000);
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");
    private static readonly RepositoryKey B = StoreFixture.Repository("library/b");

    /// <summary>Large is five pieces, Small less than one.</summary>
    private readonly FillFixture _fixture = new(new FillOptions { PieceBytes = 64 * 1024 });

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [Theory]
    [InlineData("wrong")]
    [InlineData("short")]
    [InlineData("long")]
    [InlineData("cut")]
    public async Task BadLargeBody_EveryReaderFailsAndNothingIsStored(string fault)
    {
        var body = _fixture.Script(Large, withLength: fault != "long");
        var digest = Digest.Compute(Large);
        using var first = _fixture.Join(A, Large);
        using var second = _fixture.Join(A, Large);
        var reads = new[] { first, second }.Select(reader => reader.WaitAsync(Large.Length, default).AsTask()).ToList();

        await SendBadAsync(body, Large, fault);

        Assert.All(await Task.WhenAll(reads), end => Assert.Equal(FillState.Failed, end.State));
        await _fixture.Fills.DisposeAsync();
        Assert.Equal(LookupState.Miss, _fixture.Cache.Store.LookupBlob(A, digest).State);
        Assert.Null(_fixture.Cache.Store.Acquire(digest));
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("short")]
    [InlineData("cut")]
    public async Task BadSmallBody_NextSourceServes(string fault)
    {
        var bad = new PipedBody();
        _fixture.Origin.Blob = (repository, _, _) => ValueTask.FromResult(
            repository == A ? ScriptedOrigin.Found(bad.Stream, Small.Length) : ScriptedOrigin.Found(Small));
        using var first = _fixture.Join(A, Small, linked: true);
        using var second = _fixture.Join(B, Small, linked: true);

        await SendBadAsync(bad, Small, fault);

        Assert.Equal(Small, await first.ReadAllAsync());
        Assert.Equal(Small, await second.ReadAllAsync());
        Assert.Equal(2, _fixture.Origin.Calls.Count);
    }

    [Fact]
    public async Task ContentLengthThatContradictsTheDescriptor_IsRefused()
    {
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Large));
        using var reader = _fixture.Join(A, Large, linked: true, expectedBytes: Large.Length + 1);

        var head = await reader.WaitForHeadAsync(default);

        Assert.Equal((FillState.Failed, OriginOutcome.BadAnswer), (head.State, head.Failure.Outcome));
    }

    [Fact]
    public async Task OriginThatThrows_FailsTheFillNotTheProcess()
    {
        _fixture.Origin.Blob = (_, _, _) => throw new InvalidOperationException("a fault of ours");
        using var reader = _fixture.Join(A, Large);

        Assert.Equal(FailureSource.Internal, (await reader.WaitForHeadAsync(default)).Failure.Source);
    }

    [Fact]
    public async Task NotModifiedThatWasNotAskedFor_IsABadAnswer()
    {
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.NotModified) { StatusCode = 304 });
        using var reader = _fixture.Join(A, Large);

        Assert.Equal(OriginOutcome.BadAnswer, (await reader.WaitForHeadAsync(default)).Failure.Outcome);
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(200_000)]
    public async Task NodeStopsInTheMiddle_ReaderFailsAndNothingIsStored(int bytes)
    {
        var body = _fixture.Script(Large);
        using var reader = _fixture.Join(A, Large);
        await body.SendAsync(Large.AsMemory(0, bytes));
        await reader.WaitAsync(bytes - 1, default);

        await _fixture.Fills.DisposeAsync();

        Assert.Equal(FillState.Failed, (await reader.WaitAsync(bytes, default)).State);
        Assert.False(_fixture.Cache.Store.Contains(Digest.Compute(Large)));
    }

    [Fact]
    public async Task WhatAReadReturned_IsVisibleBeforeItsPieceIsFull()
    {
        var body = _fixture.Script(Large);
        using var reader = _fixture.Join(A, Large);

        for (var sent = 0; sent < 100_000; sent += 1_000)
        {
            await body.SendAsync(Large.AsMemory(sent, 1_000));
            Assert.Equal(sent + 1_000, (await reader.WaitAsync(sent, default)).VisibleBytes);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    [InlineData(299_999)]
    public async Task WrongByteInAnyPiece_IsFound(int offset)
    {
        var wrong = Large.ToArray();
        wrong[offset] ^= 1;
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(wrong));
        using var reader = _fixture.Join(A, Large);

        var end = await reader.WaitAsync(Large.Length, default);

        Assert.Equal((FillState.Failed, OriginOutcome.BadAnswer), (end.State, end.Failure.Outcome));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SeveralPieces_AreReadAndStored(bool withLength)
    {
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Large, withLength));
        using var reader = _fixture.Join(A, Large);

        Assert.Equal(Large, await reader.ReadAllAsync());
        await _fixture.Fills.EndAsync();
        Assert.Equal(LookupState.Fresh, _fixture.Cache.Store.LookupBlob(A, Digest.Compute(Large)).State);
    }

    [Fact]
    public async Task EmptyBlob_IsVerifiedAndStored()
    {
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found([]));
        using var reader = _fixture.Join(A, []);

        Assert.Empty(await reader.ReadAllAsync());
        await _fixture.Fills.EndAsync();
        Assert.Equal(LookupState.Fresh, _fixture.Cache.Store.LookupBlob(A, Digest.Compute([])).State);
    }

    private static async Task SendBadAsync(PipedBody body, byte[] content, string fault)
    {
        var bytes = content.ToArray();
        bytes[^1] ^= (byte)(fault == "wrong" ? 1 : 0);
        await body.SendAsync(fault is "short" or "cut" ? bytes.AsMemory(0, bytes.Length - 1) : bytes);
        if (fault == "long")
        {
            await body.SendAsync(new byte[10]);
        }

        if (fault == "cut")
        {
            body.Break();
        }
        else
        {
            body.End();
        }
    }
}
