using System.Security.Cryptography;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Store;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Store;

public sealed class ScrubberTests : IAsyncLifetime
{
    /// <summary>Of a week a clock that fires every timer on its way takes long to pass.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    private readonly StoreFixture _fixture = new(options: options => options with { Scrub = new ScrubOptions { Period = Period } });

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    private CacheStore Store => _fixture.Store;

    [Fact]
    public async Task ByHand_FindsWhatIsDamagedAndSetsItAside()
    {
        var sound = Enumerable.Range(0, 20).Select(_ => _fixture.Put(RandomNumberGenerator.GetBytes(5_000))).ToList();
        var damaged = _fixture.Put(RandomNumberGenerator.GetBytes(2 << 20));
        var manifest = _fixture.Put(RandomNumberGenerator.GetBytes(1_000), BlobPool.Manifests);
        _fixture.Damage(damaged);
        _fixture.Damage(manifest, BlobPool.Manifests);

        var last = await RunAsync();

        Assert.Equal((22, 2, 0, true), (last.Objects, last.Damaged, last.Unknown, last.IsEnded));
        Assert.Equal(last.TotalBytes, last.Bytes);
        Assert.All(sound, digest => Assert.True(Store.Contains(digest)));
        Assert.False(Store.Contains(damaged));
        Assert.False(Store.Contains(manifest));
        Assert.Equal(2, Directory.GetFiles(_fixture.Paths.Quarantine).Length);
        Assert.Equal((22, 0), ((await RunAsync()).Objects + 2, (await RunAsync()).Damaged));
    }

    [Fact]
    public async Task DamagedWhileRead_ReaderCompletes()
    {
        var digest = _fixture.Put(RandomNumberGenerator.GetBytes(2 << 20));
        _fixture.Damage(digest);
        using (var lease = Store.Acquire(digest)!) // It has just been put.
        {
            Assert.Equal(1, (await RunAsync()).Damaged);
            Assert.Equal(2 << 20, Store.Eviction.Usage(BlobPool.Blobs).DoomedBytes);
            Assert.Equal(1_000, await lease.ReadAsync(new byte[1_000], 0, default));
        }

        Assert.Equal(0, Store.Eviction.Usage(BlobPool.Blobs).DoomedBytes);
    }

    [Fact]
    public async Task ByHandTwiceAtOnce_SecondIsRefused()
    {
        _fixture.Put(RandomNumberGenerator.GetBytes(5_000));
        await using var first = Store.Scrubber.RunAsync(1_000, default).GetAsyncEnumerator();
        var running = first.MoveNextAsync().AsTask();

        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync());

        await AdvanceUntilAsync(() => running.IsCompleted, Period);
        Assert.True(await running);
    }

    [Fact]
    public async Task InTheBackground_EverythingIsCheckedOnceInAPeriod()
    {
        for (var number = 0; number < 50; number++)
        {
            _fixture.Put(BitConverter.GetBytes(number));
        }

        // The round began with the store.
        await AdvanceUntilAsync(() => Store.Scrubber.CheckedObjects == 50, Period);
        Assert.Equal(50, Store.Scrubber.CheckedObjects);
        await AdvanceUntilAsync(() => Store.Scrubber.CheckedObjects == 100, Period);

        Assert.Equal((100, 400), (Store.Scrubber.CheckedObjects, Store.Scrubber.CheckedBytes));
    }

    [Fact]
    public async Task InTheBackground_DamageIsSetAside()
    {
        var digest = _fixture.Put(RandomNumberGenerator.GetBytes(5_000));
        _fixture.Damage(digest);

        await AdvanceUntilAsync(() => Store.DamagedObjects == 1, Period);

        Assert.False(Store.Contains(digest));
    }

    [Fact]
    public async Task Restart_GoesOnWhereItWas()
    {
        for (var number = 0; number < 200; number++)
        {
            _fixture.Put(BitConverter.GetBytes(number));
        }

        await AdvanceUntilAsync(() => Store.Scrubber.CheckedObjects >= 100, Period);
        var before = Store.Scrubber.CheckedObjects;
        await _fixture.ReopenAsync();
        await AdvanceUntilAsync(() => before + Store.Scrubber.CheckedObjects >= 200, Period);

        // What began with the byte at which it was interrupted may have been checked twice.
        Assert.InRange(before + Store.Scrubber.CheckedObjects, 200, 210);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"startedAt\":\"2999-01-01T00:00:00Z\",\"nextPrefix\":200}")]
    [InlineData("{\"startedAt\":\"2020-01-01T00:00:00Z\",\"nextPrefix\":-7}")]
    public async Task PlaceThatCannotBeBelieved_RoundBeginsAnew(string place)
    {
        var digest = _fixture.Put(RandomNumberGenerator.GetBytes(5_000));
        await _fixture.ReopenAsync(() =>
        {
            File.WriteAllText(_fixture.Paths.ScrubCursor, place);
            _fixture.Damage(digest);
        });

        await AdvanceUntilAsync(() => Store.DamagedObjects == 1, Period);

        Assert.Equal(1, Store.DamagedObjects);
    }

    [Fact]
    public async Task PageCache_IsNotUsed()
    {
        var digest = _fixture.Put(RandomNumberGenerator.GetBytes(5_000));

        await RunAsync();

        Assert.Contains(_fixture.Disk.Calls, call => call.Name == "TryOpenDirect" && call.Path == _fixture.Paths.File(BlobPool.Blobs, digest));
        Assert.Equal(0, Store.OpenFiles);
    }

    private async Task<ScrubProgress> RunAsync()
    {
        ScrubProgress last = default;
        await foreach (var progress in Store.Scrubber.RunAsync(0, default))
        {
            last = progress;
        }

        return last;
    }

    /// <summary>Moves the clock on in steps until something is so, or for a time.</summary>
    private async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan atMost)
    {
        await Store.Loaded;
        for (var passed = TimeSpan.Zero; passed <= atMost && !condition(); passed += Step)
        {
            // The index's, the guard's and the scrubber's: it waits again before the next step.
            await Eventually.TrueAsync(() => _fixture.Clock.ActiveTimers >= 3);
            _fixture.Clock.Advance(Step);
        }

        await Eventually.TrueAsync(() => condition() || _fixture.Clock.ActiveTimers >= 3);
    }
}
