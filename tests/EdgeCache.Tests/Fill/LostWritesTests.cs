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
    private const int HeldBackBytes = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly byte[] Large = RandomNumberGenerator.GetBytes(4 << 20);
    private static readonly byte[] Small = RandomNumberGenerator.GetBytes(40_000);
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");

    private readonly FillFixture _fixture = new(new FillOptions { PieceBytes = HeldBackBytes });

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    private FaultyDisk Disk => _fixture.Cache.Disk;

    [Theory]
    [InlineData(nameof(IDisk.CheckWritten))]
    [InlineData(nameof(IDisk.SyncFile))]
    public async Task BytesAreGone_NobodyWhoReadThemHasTheWhole(string toldBy)
    {
        var body = _fixture.Script(Large);
        using var early = _fixture.Join(A, Large);
        using var late = _fixture.Join(A, Large);
        await body.SendAsync(Large);
        await Eventually.TrueAsync(async () => (await early.WaitAsync(0, default)).VisibleBytes == Large.Length - HeldBackBytes);
        Disk.Fault = call =>
        {
            if (call.Name != toldBy)
            {
                return null;
            }

            Overwrite(call.Path);
            return FaultyDisk.InputOutput();
        };

        body.End();

        // Whoever has read all of the file before it is lost has the whole.
        await _fixture.Fills.EndAsync();
        var progress = await ReadToEndAsync(early);
        Assert.Equal((FillState.Failed, FillFailure.DiskLost), (progress.State, progress.Failure));
        Assert.Equal(FillFailure.DiskLost, (await ReadToEndAsync(late)).Failure);
        Assert.False(_fixture.Cache.Store.Contains(Digest.Compute(Large)));
        Assert.Equal(DiskFault.Failed, _fixture.Cache.Store.Disk.Fault);
    }

    [Theory]
    [InlineData(nameof(IDisk.CheckWritten))]
    [InlineData(nameof(IDisk.SyncFile))]
    public async Task BytesAreStillThere_EverybodyHasTheWhole_AndNothingIsStored(string toldBy)
    {
        Disk.Fault = call => call.Name == toldBy ? FaultyDisk.InputOutput() : null;
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Large));
        using var first = _fixture.Join(A, Large);
        using var second = _fixture.Join(A, Large);

        Assert.All(await Task.WhenAll(first.ReadAllAsync(), second.ReadAllAsync()), read => Assert.True(Large.AsSpan().SequenceEqual(read)));
        await _fixture.Fills.EndAsync();
        Assert.False(_fixture.Cache.Store.Contains(Digest.Compute(Large)));
        Assert.Equal(DiskFault.Failed, _fixture.Cache.Store.Disk.Fault);
    }

    [Fact]
    public async Task SmallBlob_IsReadFromMemory()
    {
        Disk.Fault = call =>
        {
            if (call.Name != nameof(IDisk.SyncFile))
            {
                return null;
            }

            Overwrite(call.Path);
            return FaultyDisk.InputOutput();
        };
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Small));
        using var reader = _fixture.Join(A, Small);
        await _fixture.Fills.EndAsync();

        Assert.Equal(Small, await reader.ReadAllAsync());
    }

    [Fact]
    public async Task LossThatTheReadersHeardOf_IsNotStored()
    {
        // The system tells a loss once: the sync that follows succeeds.
        var told = 0;
        Disk.Fault = call => call.Name == nameof(IDisk.CheckWritten) && Interlocked.Exchange(ref told, 1) == 0 ? FaultyDisk.InputOutput() : null;
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Large));
        using var reader = _fixture.Join(A, Large);

        Assert.True((await reader.ReadAllAsync()).AsSpan().SequenceEqual(Large));
        await _fixture.Fills.EndAsync();
        Assert.Equal(1, told);
        Assert.False(_fixture.Cache.Store.Contains(Digest.Compute(Large)));
    }

    [Fact]
    public async Task LossInTheMiddle_DoesNotKeepTheDiskOutOfUse()
    {
        var body = _fixture.Script(Large);
        using var reader = _fixture.Join(A, Large);
        var told = 0;
        Disk.Fault = call => call.Name == nameof(IDisk.CheckWritten) && Interlocked.Exchange(ref told, 1) == 0 ? FaultyDisk.InputOutput() : null;
        await body.SendAsync(Large.AsMemory(0, Large.Length / 2));
        await Eventually.TrueAsync(() => _fixture.Cache.Store.Disk.Fault == DiskFault.Failed);
        await Eventually.TrueAsync(() =>
        {
            _fixture.Cache.Clock.Advance(TimeSpan.FromSeconds(1));
            return _fixture.Cache.Store.Disk.Fault == DiskFault.None;
        });

        await body.SendAsync(Large.AsMemory(Large.Length / 2));
        body.End();

        Assert.True((await reader.ReadAllAsync()).AsSpan().SequenceEqual(Large));
        await _fixture.Fills.EndAsync();
        Assert.Equal(DiskFault.None, _fixture.Cache.Store.Disk.Fault);
        Assert.False(_fixture.Cache.Store.Contains(Digest.Compute(Large)));
    }

    [Fact]
    public async Task LossThatOneReaderHeardOf_IsKnownToAll()
    {
        var body = _fixture.Script(Large);
        using FillReader first = _fixture.Join(A, Large), second = _fixture.Join(A, Large);
        await body.SendAsync(Large);
        var visible = Large.Length - HeldBackBytes;
        foreach (var reader in (FillReader[])[first, second])
        {
            await ReadUntilAsync(reader, visible);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.WaitAsync(visible, new CancellationToken(canceled: true)).AsTask());
        }

        using var isSyncing = new ManualResetEventSlim();
        using var mayEnd = new ManualResetEventSlim();
        var told = 0;
        Disk.Fault = call =>
        {
            if (call.Name == nameof(IDisk.SyncFile))
            {
                Overwrite(call.Path);
                isSyncing.Set();
                mayEnd.Wait(Patience);
            }

            return call.Name == nameof(IDisk.CheckWritten) && isSyncing.IsSet && Interlocked.Exchange(ref told, 1) == 0 ? FaultyDisk.InputOutput() : null;
        };
        body.End();
        await Eventually.TrueAsync(() => isSyncing.IsSet);
        FillProgress[] ends = [await first.WaitAsync(visible, default), await second.WaitAsync(visible, default)];
        mayEnd.Set();

        Assert.Equal(1, told);
        Assert.All(ends, end => Assert.Equal((FillState.Failed, FillFailure.DiskLost), (end.State, end.Failure)));
        await _fixture.Fills.EndAsync();
        Assert.False(_fixture.Cache.Store.Contains(Digest.Compute(Large)));
    }

    [Fact]
    public async Task DiskThatBreaksInTheMiddle_AndHasLostTheBeginning_GivesNobodyTheWhole()
    {
        var body = _fixture.Script(Large);
        using var reader = _fixture.Join(A, Large);
        await body.SendAsync(Large.AsMemory(0, Large.Length / 2));
        await ReadUntilAsync(reader, Large.Length / 2);
        Disk.Fault = call =>
        {
            if (call.Name != nameof(IDisk.Write))
            {
                return null;
            }

            // Nobody is told of that.
            Overwrite(call.Path);
            return FaultyDisk.InputOutput();
        };
        await body.SendAsync(Large.AsMemory(Large.Length / 2));
        body.End();

        Assert.Equal(FillFailure.DiskLost, (await ReadToEndAsync(reader)).Failure);
    }

    private static void Overwrite(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(file, new byte[4096], 4096);
    }

    private static async Task<FillProgress> ReadUntilAsync(FillReader reader, long position)
    {
        var progress = await reader.WaitAsync(0, default);
        while (progress.VisibleBytes < position)
        {
            progress = await reader.WaitAsync(progress.VisibleBytes, default);
        }

        return progress;
    }

    private static async Task<FillProgress> ReadToEndAsync(FillReader reader)
    {
        var progress = await reader.WaitAsync(0, default);
        while (progress.State == FillState.Growing || (progress.State == FillState.Verified && progress.VisibleBytes < progress.TotalBytes))
        {
            progress = await reader.WaitAsync(progress.VisibleBytes, default);
        }

        return progress;
    }
}
