using System.Security.Cryptography;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using EdgeCache.Tests.Store;
using Xunit;

namespace EdgeCache.Tests.Fill;

/// <summary>A disk that takes what is written and loses it: what a reader gets from the file after that may be anything, and must not look whole.</summary>
public sealed class LostWritesTests : IAsyncLifetime
{
    private static readonly byte[] Large = RandomNumberGenerator.GetBytes(4 << 20);
    private static readonly byte[] Small = RandomNumberGenerator.GetBytes(40_000);
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly FillFixture _fixture = new(new FillOptions { PieceBytes = 64 * 1024, PassThroughPatience = Patience });

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    private FaultyDisk Disk => _fixture.Cache.Disk;

    [Fact]
    public async Task LossWhileItGrows_AbortsTheReaders_AndTheNextPullPassesThrough()
    {
        var body = _fixture.Script(Large);
        using var reader = _fixture.Join(A, Large);
        await body.SendAsync(Large.AsMemory(0, 1 << 20));
        await reader.WaitForHeadAsync(default);
        Lose();

        await body.SendAsync(Large.AsMemory(1 << 20));
        body.End();

        Assert.Equal(FillFailure.DiskLost, (await ReadToEndAsync(reader)).Failure);
        await _fixture.Fills.EndAsync();
        Assert.Equal(DiskFault.Failed, _fixture.Cache.Store.Disk.Fault);
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Large));
        using var next = _fixture.Join(A, Large);
        Assert.True((await next.ReadAllAsync()).AsSpan().SequenceEqual(Large));
    }

    [Fact]
    public async Task LossAtTheEnd_IsSeenBeforeTheLastPieceIsShown()
    {
        var body = _fixture.Script(Large);
        using var reader = _fixture.Join(A, Large);
        await body.SendAsync(Large);
        await Eventually.TrueAsync(async () => (await reader.WaitAsync(0, default)).VisibleBytes == Large.Length - (64 * 1024));
        Lose();

        body.End();

        var progress = await ReadToEndAsync(reader);
        Assert.Equal((FillState.Failed, FillFailure.DiskLost), (progress.State, progress.Failure));
        Assert.InRange(progress.VisibleBytes, 0, Large.Length - (64 * 1024));
    }

    [Fact]
    public async Task LossBeforeAnybodySawAByte_PassesThrough()
    {
        Lose();
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Small));
        using var reader = _fixture.Join(A, Small);

        Assert.Equal(Small, await reader.ReadAllAsync());
        await _fixture.Fills.EndAsync();
        Assert.Equal(2, _fixture.Origin.Calls.Count);
        Assert.False(_fixture.Cache.Store.Contains(Digest.Compute(Small)));
    }

    [Fact]
    public async Task LossAfterTheDiskRefused_AbortsTheReaders()
    {
        Disk.Fault = call => call switch
        {
            { Name: nameof(IDisk.Write), Offset: > 1 << 20 } => FaultyDisk.NoSpace(),
            _ => null,
        };
        var body = _fixture.Script(Large);
        using var reader = _fixture.Join(A, Large);
        await body.SendAsync(Large.AsMemory(0, 2 << 20));
        await Eventually.TrueAsync(async () => (await reader.WaitAsync(0, default)).VisibleBytes >= 1 << 20);
        Lose();

        await body.SendAsync(Large.AsMemory(2 << 20));
        body.End();

        Assert.Equal(FillFailure.DiskLost, (await ReadToEndAsync(reader)).Failure);
    }

    [Fact]
    public async Task SyncFails_AndTheBytesAreThere_ReaderHasAWhileToGoOn()
    {
        Disk.Fault = call => call.Name == nameof(IDisk.SyncFile) ? FaultyDisk.InputOutput() : null;
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Large));
        using var reader = _fixture.Join(A, Large);

        Assert.True((await reader.ReadAllAsync()).AsSpan().SequenceEqual(Large));

        // The reader has not left: after a while it counts as one that still reads.
        await Eventually.TrueAsync(() => reader.Lost.IsCancellationRequested);
        Assert.False(_fixture.Cache.Store.Contains(Digest.Compute(Large)));
    }

    [Fact]
    public async Task SyncFails_AndTheBytesAreGone_ReaderIsAbortedAtOnce()
    {
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Large));
        Disk.Fault = call =>
        {
            if (call.Name == nameof(IDisk.SyncFile))
            {
                using var file = File.OpenHandle(call.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
                RandomAccess.Write(file, new byte[4096], 1 << 20);
                return FaultyDisk.InputOutput();
            }

            return null;
        };
        using var reader = _fixture.Join(A, Large);

        await ReadToEndAsync(reader);

        await Eventually.TrueAsync(() => reader.Lost.IsCancellationRequested);
        Assert.Equal(FillFailure.DiskLost, (await reader.WaitAsync(0, default)).Failure);
    }

    private void Lose() => Disk.Fault = call => call.Name == nameof(IDisk.CheckWritten) ? FaultyDisk.InputOutput() : null;

    private static async Task<FillProgress> ReadToEndAsync(FillReader reader)
    {
        var progress = await reader.WaitAsync(0, default);
        while (progress.State == FillState.Growing)
        {
            progress = await reader.WaitAsync(progress.VisibleBytes, default);
        }

        return progress;
    }
}
