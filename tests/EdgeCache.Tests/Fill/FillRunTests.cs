using System.Security.Cryptography;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Tests.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Fill;

public sealed class FillRunTests : IAsyncLifetime
{
    private static readonly byte[] Large = RandomNumberGenerator.GetBytes(300_000);
    private static readonly byte[] Small = RandomNumberGenerator.GetBytes(1_000);
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");
    private static readonly RepositoryKey B = StoreFixture.Repository("library/b");

    private readonly StoreFixture _fixture = new();
    private readonly ScriptedOrigin _origin = new();
    private readonly FillTable _fills;

    public FillRunTests() => _fills = new FillTable(_origin, _fixture.Store, new FillOptions(), NullLogger<FillTable>.Instance);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _fills.DisposeAsync();
        await _fixture.DisposeAsync();
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("short")]
    [InlineData("long")]
    [InlineData("cut")]
    public async Task BadLargeBody_EveryReaderFailsAndNothingIsStored(string fault)
    {
        var body = Script(Large, withLength: fault != "long");
        var digest = Digest.Compute(Large);
        using var first = Join(A, Large);
        using var second = Join(A, Large);
        var reads = new[] { first, second }.Select(reader => reader.WaitAsync(Large.Length, default).AsTask()).ToList();

        await SendBadAsync(body, Large, fault);

        Assert.All(await Task.WhenAll(reads), end => Assert.Equal(FillState.Failed, end.State));
        await _fills.DisposeAsync();
        Assert.Equal(LookupState.Miss, _fixture.Store.LookupBlob(A, digest).State);
        Assert.Null(_fixture.Store.Acquire(digest));
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("short")]
    [InlineData("cut")]
    public async Task BadSmallBody_NextSourceServes(string fault)
    {
        var bad = new PipedBody();
        _origin.Blob = (repository, _, _) => ValueTask.FromResult(
            repository == A ? ScriptedOrigin.Found(bad.Stream, Small.Length) : ScriptedOrigin.Found(Small));
        using var first = Join(A, Small, linked: true);
        using var second = Join(B, Small, linked: true);

        await SendBadAsync(bad, Small, fault);

        Assert.Equal(Small, await first.ReadAllAsync());
        Assert.Equal(Small, await second.ReadAllAsync());
        Assert.Equal(2, _origin.Calls.Count);
    }

    [Fact]
    public async Task ContentLengthThatContradictsTheDescriptor_IsRefused()
    {
        _origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Large));
        using var reader = Join(A, Large, linked: true, expectedBytes: Large.Length + 1);

        var head = await reader.WaitForHeadAsync(default);

        Assert.Equal((FillState.Failed, OriginOutcome.BadAnswer), (head.State, head.Failure.Outcome));
    }

    [Fact]
    public async Task OriginThatThrows_FailsTheFillNotTheProcess()
    {
        _origin.Blob = (_, _, _) => throw new InvalidOperationException("a fault of ours");
        using var reader = Join(A, Large);

        Assert.Equal(FailureSource.Internal, (await reader.WaitForHeadAsync(default)).Failure.Source);
    }

    [Fact]
    public async Task NotModifiedThatWasNotAskedFor_IsABadAnswer()
    {
        _origin.Blob = (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.NotModified) { StatusCode = 304 });
        using var reader = Join(A, Large);

        Assert.Equal(OriginOutcome.BadAnswer, (await reader.WaitForHeadAsync(default)).Failure.Outcome);
    }

    [Fact]
    public async Task DiskThatRefuses_FailsWithoutAWordOfItsPaths()
    {
        var temporary = Path.Combine(_fixture.Path, "tmp");
        Directory.Delete(temporary);
        _origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Large));
        using var reader = Join(A, Large);

        var head = await reader.WaitForHeadAsync(default);
        Directory.CreateDirectory(temporary);

        Assert.Equal(FailureSource.Store, head.Failure.Source);
        Assert.DoesNotContain(_fixture.Path, head.Failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EmptyBlob_IsVerifiedAndStored()
    {
        _origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found([]));
        using var reader = Join(A, []);

        Assert.Empty(await reader.ReadAllAsync());
        await _fills.EndAsync();
        Assert.Equal(LookupState.Fresh, _fixture.Store.LookupBlob(A, Digest.Compute([])).State);
    }

    private FillReader Join(RepositoryKey repository, byte[] content, bool linked = false, long expectedBytes = -1)
    {
        Assert.Equal(JoinOutcome.Joined, _fills.JoinOrStart(repository, Digest.Compute(content), linked, expectedBytes, out var reader));
        return reader!;
    }

    private PipedBody Script(byte[] content, bool withLength = true)
    {
        var body = new PipedBody();
        _origin.Blob = (_, _, token) =>
        {
            token.Register(body.Break);
            return ValueTask.FromResult(ScriptedOrigin.Found(body.Stream, withLength ? content.Length : null));
        };
        return body;
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
