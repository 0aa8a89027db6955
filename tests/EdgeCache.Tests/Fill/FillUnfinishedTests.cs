using System.Security.Cryptography;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Testing;
using EdgeCache.Tests.Store;
using Xunit;

namespace EdgeCache.Tests.Fill;

/// <summary>What a fill leaves that does not come to its end, and the fill that goes on with it.</summary>
public sealed class FillUnfinishedTests : IAsyncLifetime
{
    private const int HalfBytes = 1_500_000;
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(3_000_000);
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");
    private static readonly Digest Digest = Digest.Compute(Content);

    private readonly FillFixture _fixture = new(new FillOptions { MaxAttemptsInVain = 1, MaxOrphans = 1 });

    private string Partial => Path.Combine(_fixture.Cache.Path, "partial", $"sha256-{Digest.ToHex()}");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [Theory]
    [InlineData(-1)]
    [InlineData(3_000_000)]
    public async Task NextFill_GoesOnWhereTheLastOneEnded(long expectedBytes)
    {
        await LeaveHalfAsync();
        Assert.Equal(1, _fixture.Cache.Store.UnfinishedBlobs);
        Serve(Content);
        using var reader = _fixture.Join(A, Content, expectedBytes: expectedBytes);

        Assert.Equal(Content, await reader.ReadAllAsync());

        Assert.Equal(HalfBytes, _fixture.Origin.Points[^1].Offset);
        await _fixture.Fills.EndAsync();
        Assert.Equal(LookupState.Fresh, _fixture.Cache.Store.LookupBlob(A, Digest).State);
        Assert.False(File.Exists(Partial));
        Assert.Equal((0, 0L), (_fixture.Cache.Store.UnfinishedBlobs, _fixture.Cache.Store.Eviction.Usage(BlobPool.Blobs).ReservedBytes));
    }

    [Fact]
    public async Task BytesOfAnEarlierFill_AreNotShownBeforeASourceHasTheContent()
    {
        await LeaveHalfAsync();
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.NotFound));
        using (var reader = _fixture.Join(A, Content))
        {
            var end = await reader.WaitForHeadAsync(default);
            Assert.Equal((FillState.Failed, OriginOutcome.NotFound, 0L), (end.State, end.Failure.Outcome, end.VisibleBytes));
        }

        await _fixture.Fills.EndAsync();
        Assert.Equal(HalfBytes, new FileInfo(Partial).Length);
    }

    [Fact]
    public async Task TornBytes_FailTheFillOnceAndAreNotTakenUpAgain()
    {
        await LeaveHalfAsync();
        await using (var file = File.OpenWrite(Partial))
        {
            file.Position = HalfBytes - 1;
            file.WriteByte((byte)(Content[HalfBytes - 1] ^ 1));
        }

        Serve(Content);
        using (var reader = _fixture.Join(A, Content))
        {
            Assert.Equal(OriginOutcome.BadAnswer, (await reader.WaitAsync(Content.Length, default)).Failure.Outcome);
        }

        await _fixture.Fills.EndAsync();
        using var again = _fixture.Join(A, Content);
        Assert.Equal(Content, await again.ReadAllAsync());
        Assert.Equal(0, _fixture.Origin.Points[^1].Offset);
    }

    [Fact]
    public async Task LongerThanTheContent_StartsOver()
    {
        await LeaveHalfAsync();
        await File.AppendAllTextAsync(Partial, new string('x', 2_000_000));
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(
            _fixture.Origin.Points[^1].Offset == 0 ? ScriptedOrigin.Found(Content) : new OriginAnswer(OriginOutcome.BadAnswer) { StatusCode = 416 });
        using var reader = _fixture.Join(A, Content);

        Assert.Equal(Content, await reader.ReadAllAsync());
    }

    [Fact]
    public async Task WrongBytes_AreNotKept()
    {
        var wrong = Content.ToArray();
        wrong[^1] ^= 1;
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(wrong));
        using (var reader = _fixture.Join(A, Content))
        {
            Assert.Equal(FillState.Failed, (await reader.WaitAsync(Content.Length, default)).State);
        }

        await _fixture.Fills.EndAsync();
        Assert.Equal(0, _fixture.Cache.Store.UnfinishedBlobs);
    }

    [Fact]
    public async Task ShortBeginnings_AreNotKept()
    {
        await LeaveAsync(500_000);

        Assert.Equal(0, _fixture.Cache.Store.UnfinishedBlobs);
        Assert.False(File.Exists(Partial));
    }

    [Fact]
    public async Task OrphanBeyondTheLimit_IsDroppedAndGoesOnWhenItIsAskedFor()
    {
        var other = RandomNumberGenerator.GetBytes(2_000_000);
        var bodies = new Dictionary<Digest, PipedBody> { [Digest] = new(), [Digest.Compute(other)] = new() };
        _fixture.Origin.Blob = (_, digest, token) =>
        {
            token.Register(bodies[digest].Break);
            return ValueTask.FromResult(ScriptedOrigin.Found(bodies[digest].Stream, digest == Digest ? Content.Length : other.Length));
        };
        using (var reader = _fixture.Join(A, Content))
        {
            await bodies[Digest].SendAsync(Content.AsMemory(0, HalfBytes));
            await reader.WaitAsync(HalfBytes - 1, default);
        }

        Assert.Equal(1, _fixture.Fills.OrphanCount);
        using (var reader = _fixture.Join(A, other))
        {
            await bodies[Digest.Compute(other)].SendAsync(other.AsMemory(0, 1_900_000));
            await reader.WaitAsync(1_899_999, default);
        }

        // The less advanced of the two.
        await Eventually.TrueAsync(() => _fixture.Fills.Active == 1 && _fixture.Cache.Store.UnfinishedBlobs == 1);
        Assert.Equal((1, 1L), (_fixture.Fills.OrphanCount, _fixture.Fills.OrphansDropped));
        Assert.Equal(HalfBytes, new FileInfo(Partial).Length);
        Serve(Content);
        using var again = _fixture.Join(A, Content);
        Assert.Equal(Content, await again.ReadAllAsync());
        Assert.Equal(HalfBytes, _fixture.Origin.Points[^1].Offset);
        bodies[Digest.Compute(other)].Break();
    }

    private Task LeaveHalfAsync() => LeaveAsync(HalfBytes);

    private async Task LeaveAsync(int bytes)
    {
        var body = _fixture.Script(Content);
        using (var reader = _fixture.Join(A, Content))
        {
            await body.SendAsync(Content.AsMemory(0, bytes));
            await reader.WaitAsync(bytes - 1, default);
            body.Break();
            Assert.Equal(FillState.Failed, (await reader.WaitAsync(Content.Length, default)).State);
        }

        await _fixture.Fills.EndAsync();
    }

    private void Serve(byte[] content) => _fixture.Origin.Blob = (_, _, _) =>
    {
        var offset = (int)_fixture.Origin.Points[^1].Offset;
        return ValueTask.FromResult(new OriginAnswer(OriginOutcome.Found, new MemoryStream(content[offset..])) { ContentLength = content.Length - offset, Offset = offset });
    };
}
