using System.Security.Cryptography;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using EdgeCache.Tests.Store;
using Xunit;

namespace EdgeCache.Tests.Fill;

/// <summary>Fills on a disk that takes nothing, or no more: the readers get everything, nothing is stored, and memory is bounded.</summary>
public sealed class PassThroughTests : IAsyncLifetime
{
    private const int WindowBytes = 4 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly byte[] Large = RandomNumberGenerator.GetBytes(12 << 20);
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");

    private readonly FillFixture _fixture = new(new FillOptions
    {
        PieceBytes = 64 * 1024,
        PassThroughPatience = Patience,
    });

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    private FaultyDisk Disk => _fixture.Cache.Disk;

    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    [InlineData(5_000_000)]
    [InlineData((12 << 20) - 100)]
    public async Task DiskRefusesFrom_SeveralReadersGetEverything_AndNothingIsStored(int from)
    {
        Disk.Fault = call => call.Name == "Write" && call.Offset + (64 * 1024) > from ? FaultyDisk.NoSpace() : null;
        var body = _fixture.Script(Large);
        using var first = _fixture.Join(A, Large);
        using var second = _fixture.Join(A, Large);
        var reads = new[] { first, second }.Select(reader => Task.Run(() => reader.ReadAllAsync())).ToList();

        await body.SendAsync(Large);
        body.End();

        Assert.All(await Task.WhenAll(reads), read => Assert.True(Large.AsSpan().SequenceEqual(read)));
        await _fixture.Fills.EndAsync();
        Assert.False(_fixture.Cache.Store.Contains(Digest.Compute(Large)));
        Assert.Single(_fixture.Origin.Calls);
        Assert.Equal(DiskFault.Full, _fixture.Cache.Store.Disk.Fault);
    }

    [Theory]
    [InlineData("EIO")]
    [InlineData("EROFS")]
    public async Task DiskThatTakesNoFile_IsPassedBy(string fault)
    {
        Disk.Refuse(() => fault == "EIO" ? FaultyDisk.InputOutput() : FaultyDisk.ReadOnly());
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Large));
        using var reader = _fixture.Join(A, Large);

        Assert.True((await reader.ReadAllAsync()).AsSpan().SequenceEqual(Large));

        await _fixture.Fills.EndAsync();
        Assert.False(_fixture.Cache.Store.Contains(Digest.Compute(Large)));
    }

    [Fact]
    public async Task WrongBytes_AreNotShownToTheirEnd()
    {
        Disk.Refuse(FaultyDisk.ReadOnly);
        var wrong = (byte[])Large.Clone();
        wrong[^1] ^= 1;
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(wrong));
        using var reader = _fixture.Join(A, Large);

        var position = 0L;
        FillProgress progress;
        while ((progress = await reader.WaitAsync(position, default)).State == FillState.Growing)
        {
            position = progress.VisibleBytes;
        }

        Assert.Equal((FillState.Failed, OriginOutcome.BadAnswer), (progress.State, progress.Failure.Outcome));
        Assert.InRange(position, 0, Large.Length - (64 * 1024));
    }

    [Fact]
    public async Task SlowReaderAlone_HoldsUpstreamBack_AndIsNotLost()
    {
        Disk.Refuse(FaultyDisk.NoSpace);
        var body = _fixture.Script(Large);
        using var reader = _fixture.Join(A, Large);
        await body.SendAsync(Large);
        body.End();
        await reader.WaitForHeadAsync(default);

        _fixture.Cache.Clock.Advance(Patience * 3);

        var seen = await reader.WaitAsync(0, default);
        Assert.InRange(seen.VisibleBytes, 1, WindowBytes + (64 * 1024));
        Assert.True((await reader.ReadAllAsync()).AsSpan().SequenceEqual(Large));
    }

    [Fact]
    public async Task ReaderThatHoldsUpOthers_IsLost_AndTheOthersGetEverything()
    {
        Disk.Refuse(FaultyDisk.NoSpace);
        var body = _fixture.Script(Large);
        using var fast = _fixture.Join(A, Large);
        using var stalled = _fixture.Join(A, Large);
        var read = Task.Run(() => fast.ReadAllAsync());
        await body.SendAsync(Large);
        body.End();

        // As a request does whose client is gone: it ends, and leaves.
        await Eventually.TrueAsync(() =>
        {
            _fixture.Cache.Clock.Advance(Patience);
            return stalled.Lost.IsCancellationRequested;
        });
        var end = await stalled.WaitAsync(0, default);
        Assert.Equal((FillState.Failed, FailureSource.Store), (end.State, end.Failure.Source));
        stalled.Dispose();

        Assert.True((await read).AsSpan().SequenceEqual(Large));
    }

    [Fact]
    public async Task LittleMemory_FillsHaveSmallWindows_AndOneTooManyIsRefused()
    {
        await using var fixture = new FillFixture(new FillOptions { PieceBytes = 64 * 1024 }, new PassThroughOptions { MaxBytes = 6 << 20 });
        fixture.Cache.Disk.Refuse(FaultyDisk.NoSpace);
        var contents = Enumerable.Range(0, 3).Select(_ => RandomNumberGenerator.GetBytes(8 << 20)).ToList();
        fixture.Origin.Blob = (_, digest, _) => ValueTask.FromResult(ScriptedOrigin.Found(contents.Find(content => Digest.Compute(content) == digest)!));
        using FillReader first = fixture.Join(A, contents[0]), second = fixture.Join(A, contents[1]);
        await first.WaitForHeadAsync(default);
        await second.WaitForHeadAsync(default);
        await Eventually.TrueAsync(() => fixture.Fills.HeldUp == 2);

        Assert.InRange((await first.WaitAsync(0, default)).VisibleBytes, 1, 1 << 20);
        using (var third = fixture.Join(A, contents[2]))
        {
            Assert.Equal(FailureSource.Store, (await third.WaitForHeadAsync(default)).Failure.Source);
        }

        Assert.True((await first.ReadAllAsync()).AsSpan().SequenceEqual(contents[0]));
        Assert.True((await second.ReadAllAsync()).AsSpan().SequenceEqual(contents[1]));
        await Eventually.TrueAsync(() => fixture.Fills.HeldUp == 0);
    }

    [Fact]
    public async Task NobodyReadsAnyMore_UpstreamIsLeft()
    {
        Disk.Refuse(FaultyDisk.NoSpace);
        var body = _fixture.Script(Large);
        using (var reader = _fixture.Join(A, Large))
        {
            await body.SendAsync(Large);
            await reader.WaitForHeadAsync(default);
        }

        // The body never ends.
        await _fixture.Fills.EndAsync();
        Assert.Equal(1, _fixture.Fills.Failed);
    }

    [Fact]
    public async Task ReaderThatComesTooLate_GetsAFillOfItsOwn()
    {
        Disk.Refuse(FaultyDisk.NoSpace);
        var body = _fixture.Script(Large);
        using var first = _fixture.Join(A, Large);
        var beginning = Task.Run(() => body.SendAsync(Large.AsMemory(0, 6 << 20)));
        var progress = default(FillProgress);
        while (progress.VisibleBytes < WindowBytes + (1 << 20))
        {
            progress = await first.WaitAsync(progress.VisibleBytes, default);
        }

        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Large));
        using var late = _fixture.Join(A, Large);

        Assert.True(late.IsLeader);
        Assert.True((await late.ReadAllAsync()).AsSpan().SequenceEqual(Large));
        Assert.Equal(2, _fixture.Origin.Calls.Count);
        var rest = Task.Run(async () =>
        {
            await beginning;
            await body.SendAsync(Large.AsMemory(6 << 20));
            body.End();
        });
        while (progress.State == FillState.Growing)
        {
            progress = await first.WaitAsync(progress.VisibleBytes, default);
        }

        Assert.Equal(FillState.Verified, progress.State);
        await rest;
    }

    [Fact]
    public async Task DiskThatTakesBytesAgain_StoresTheNextFill()
    {
        Disk.Refuse(FaultyDisk.NoSpace);
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Large));
        using (var reader = _fixture.Join(A, Large))
        {
            await reader.ReadAllAsync();
        }

        Disk.Recover();
        await Eventually.TrueAsync(() =>
        {
            _fixture.Cache.Clock.Advance(TimeSpan.FromSeconds(1));
            return _fixture.Cache.Store.Disk.Fault == DiskFault.None;
        });
        await _fixture.Fills.EndAsync();
        using (var reader = _fixture.Join(A, Large))
        {
            await reader.ReadAllAsync();
        }

        await _fixture.Fills.EndAsync();
        Assert.True(_fixture.Cache.Store.Contains(Digest.Compute(Large)));
    }

    [Fact]
    public async Task ManifestOnADiskThatRefuses_IsAnswered()
    {
        Disk.Refuse(FaultyDisk.NoSpace);
        var manifest = new TestManifest((Digest.Compute(Large), Large.Length));
        _fixture.Origin.Manifest = (_, _, _) => ValueTask.FromResult(
            new OriginAnswer(OriginOutcome.Found, new MemoryStream(manifest.Content)) { ContentLength = manifest.Content.Length, StatusCode = 200, MediaType = MediaTypes.OciManifest });
        var fetcher = new ManifestFetcher(_fixture.Origin, _fixture.Cache.Store, new FillOptions(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

        for (var round = 0; round < 2; round++)
        {
            var answer = await fetcher.GetAsync(A, Reference.Parse("v1"), ManifestTypes.All, default, FetchPriority.Interactive, default);
            Assert.Equal(manifest.Content, answer.Content.ToArray());
        }
    }
}
