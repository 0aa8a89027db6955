using System.Collections.Concurrent;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static EdgeCache.Tests.Eviction.LruPolicyTests;

namespace EdgeCache.Tests.Eviction;

public sealed class EvictorTests : IAsyncLifetime
{
    private const int Timeout = 60_000;

    private readonly FakeTimeProvider _clock = new();
    private readonly ScriptedRemover _remover = new();
    private readonly Evictor _evictor;

    public EvictorTests() =>
        _evictor = new Evictor(
            new EvictionOptions { LimitBytes = 2000, ManifestShare = 0.5, MinManifestBytes = 1, MaxObjects = 1000 }, _remover, _clock, NullLogger.Instance);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _evictor.DisposeAsync();

    [Fact(Timeout = Timeout)]
    public async Task AboveHighWatermark_OldestLeaveDownToTheLow()
    {
        Add(BlobPool.Blobs, 0, 95, 10);
        Assert.Equal(950, _evictor.Usage(BlobPool.Blobs).UsedBytes);
        _evictor.Touch(BlobPool.Blobs, 0);
        Add(BlobPool.Blobs, 95, 1, 10);

        await Eventually.TrueAsync(() => _evictor.Usage(BlobPool.Blobs).UsedBytes <= 900);
        var usage = _evictor.Usage(BlobPool.Blobs);
        Assert.Equal(900, usage.UsedBytes);
        Assert.Equal(6, usage.EvictedObjects);
        Assert.Equal(60, usage.EvictedBytes);

        // The first was touched, so it stays.
        Assert.Equal(Enumerable.Range(1, 6).Select(i => DigestOf(i)), _remover.Removed);
    }

    [Fact(Timeout = Timeout)]
    public async Task AtHighWatermark_NothingLeaves()
    {
        Add(BlobPool.Blobs, 0, 95, 10);
        Add(BlobPool.Manifests, 100, 96, 10);

        await Eventually.TrueAsync(() => _evictor.Usage(BlobPool.Manifests).UsedBytes <= 900);
        Assert.Equal(950, _evictor.Usage(BlobPool.Blobs).UsedBytes);
    }

    [Fact(Timeout = Timeout)]
    public async Task LittleRoomOnTheDisk_LowersTheLimit_AndMoreRoomLiftsItAgain()
    {
        Add(BlobPool.Blobs, 0, 90, 10);
        _evictor.SetRoom(-500, long.MaxValue);

        // 400 of the 900 may stay, half of them as blobs, and of those nine tenths.
        await Eventually.TrueAsync(() => _evictor.Usage(BlobPool.Blobs).UsedBytes == 180);
        _evictor.SetRoom(long.MaxValue, long.MaxValue);
        Assert.Equal(1000, _evictor.Usage(BlobPool.Blobs).LimitBytes);
    }

    [Fact(Timeout = Timeout)]
    public async Task FewFilesOnTheDisk_LimitTheObjects()
    {
        Add(BlobPool.Blobs, 0, 90, 1);
        _evictor.SetRoom(long.MaxValue, -40);

        await Eventually.TrueAsync(() => _evictor.Usage(BlobPool.Blobs).Objects == 45);
    }

    [Fact]
    public void RoomNeverLiftsTheLimit()
    {
        _evictor.SetRoom(1_000_000, 1_000_000);

        Assert.Equal(1000, _evictor.Usage(BlobPool.Blobs).LimitBytes);
    }

    [Fact(Timeout = Timeout)]
    public async Task HugeLayers_LeaveTheManifestsAlone()
    {
        Add(BlobPool.Manifests, 0, 50, 10);
        for (var i = 0; i < 100; i++)
        {
            Add(BlobPool.Blobs, 1000 + i, 1, 500);
        }

        await Eventually.TrueAsync(() => _evictor.Usage(BlobPool.Blobs).UsedBytes <= 900);
        Assert.Equal(50, _evictor.Usage(BlobPool.Manifests).Objects);
        Assert.All(_remover.Pools, pool => Assert.Equal(BlobPool.Blobs, pool));
    }

    [Fact(Timeout = Timeout)]
    public async Task Reserved_MakesRoomBeforeTheBytesCome()
    {
        Add(BlobPool.Blobs, 0, 90, 10);
        Assert.True(_evictor.TryReserve(BlobPool.Blobs, 500));

        await Eventually.TrueAsync(() => _evictor.Usage(BlobPool.Blobs).UsedBytes <= 400);
        Assert.Equal(500, _evictor.Usage(BlobPool.Blobs).ReservedBytes);
        _evictor.Release(BlobPool.Blobs, 500);
        Assert.Equal(0, _evictor.Usage(BlobPool.Blobs).ReservedBytes);
    }

    [Theory]
    [InlineData(951, false)]
    [InlineData(long.MaxValue, false)]
    [InlineData(-1, false)]
    [InlineData(451, false)]
    [InlineData(450, true)]
    [InlineData(0, true)]
    public void Reserved_OnlyWhatCanFit(long sizeBytes, bool fits)
    {
        Assert.True(_evictor.TryReserve(BlobPool.Blobs, 400));
        _evictor.Doom(BlobPool.Blobs, 100);

        Assert.Equal(fits, _evictor.TryReserve(BlobPool.Blobs, sizeBytes));
        Assert.Equal(400 + (fits ? sizeBytes : 0), _evictor.Usage(BlobPool.Blobs).ReservedBytes);
    }

    [Fact(Timeout = Timeout)]
    public async Task Doomed_CountsUntilReleased()
    {
        _remover.Outcome = _ => VictimOutcome.Doomed;
        Add(BlobPool.Blobs, 0, 1, 300);
        Add(BlobPool.Blobs, 1, 1, 300);
        Add(BlobPool.Blobs, 2, 1, 400);

        // Nothing becomes free by unlinking, so everything goes.
        await Eventually.TrueAsync(() => _evictor.Usage(BlobPool.Blobs) is { UsedBytes: 0, DoomedBytes: 1000 });
        Assert.False(_evictor.TryReserve(BlobPool.Blobs, 1));
        _evictor.Released(BlobPool.Blobs, 300);
        Assert.Equal(700, _evictor.Usage(BlobPool.Blobs).DoomedBytes);
        Assert.True(_evictor.TryReserve(BlobPool.Blobs, 250));
    }

    [Fact(Timeout = Timeout)]
    public async Task Busy_StaysAndTheNextLeaves()
    {
        _remover.Outcome = digest => digest == DigestOf(0) ? VictimOutcome.Busy : VictimOutcome.Removed;
        Add(BlobPool.Blobs, 0, 96, 10);

        await Eventually.TrueAsync(() => _evictor.Usage(BlobPool.Blobs).UsedBytes <= 900);
        Assert.Equal(1, _evictor.Usage(BlobPool.Blobs).BusyVictims);
        Assert.DoesNotContain(DigestOf(0), _remover.Removed);
        Assert.True(_evictor.Remove(BlobPool.Blobs, 0, DigestOf(0)));
    }

    [Theory(Timeout = Timeout)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RemoverFails_RestsAndTriesAgain(bool throws)
    {
        _remover.Outcome = _ => throws ? throw new IOException("broken") : VictimOutcome.Failed;
        Add(BlobPool.Blobs, 0, 96, 10);
        await Eventually.TrueAsync(() => _clock.ActiveTimers == 1);
        var calls = _remover.Calls;
        Assert.InRange(calls, 1, 64);
        Assert.Equal(calls, _evictor.Usage(BlobPool.Blobs).FailedVictims);
        Assert.Equal(960, _evictor.Usage(BlobPool.Blobs).UsedBytes);

        // More wishes do not make it spin.
        Add(BlobPool.Blobs, 200, 4, 1);
        Assert.Equal(calls, _remover.Calls);

        _clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => _remover.Calls == 2 * calls && _clock.ActiveTimers == 1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2 * calls, _remover.Calls);

        _remover.Outcome = _ => VictimOutcome.Removed;
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => _evictor.Usage(BlobPool.Blobs).UsedBytes <= 900);
    }

    [Fact(Timeout = Timeout)]
    public async Task ReservationThatLeavesNoRoomBelowTheLowWatermark_NeverStopsEviction()
    {
        Add(BlobPool.Blobs, 0, 10, 10);
        Assert.True(_evictor.TryReserve(BlobPool.Blobs, 930));
        await Eventually.TrueAsync(() => _evictor.Usage(BlobPool.Blobs).Objects == 0 && !_evictor.IsEvicting);

        Add(BlobPool.Blobs, 20, 3, 10);
        await Eventually.TrueAsync(() => _evictor.Usage(BlobPool.Blobs).Objects == 0);
        Assert.Equal(0, _clock.ActiveTimers);
    }

    [Fact(Timeout = Timeout)]
    public async Task LimitLowered_IsReached()
    {
        Add(BlobPool.Blobs, 0, 90, 10);
        Add(BlobPool.Manifests, 100, 90, 10);
        _evictor.SetLimit(200);

        await Eventually.TrueAsync(() => _evictor.Usage(BlobPool.Blobs).UsedBytes <= 90 && _evictor.Usage(BlobPool.Manifests).UsedBytes <= 90);
        Assert.Equal(100, _evictor.Usage(BlobPool.Blobs).LimitBytes);
        Assert.Equal(100, _evictor.Usage(BlobPool.Manifests).LimitBytes);
    }

    [Fact(Timeout = Timeout)]
    public async Task TooManyObjects_LeaveAsTooManyBytes()
    {
        _evictor.SetLimit(1L << 40);
        Add(BlobPool.Blobs, 0, 951, 1);

        await Eventually.TrueAsync(() => _evictor.Usage(BlobPool.Blobs).Objects <= 900);
        Assert.Equal(51, _evictor.Usage(BlobPool.Blobs).EvictedObjects);
    }

    [Fact(Timeout = Timeout)]
    public async Task RemoverThatRemovesFromThePoolItself_CountsOnce()
    {
        _remover.Outcome = digest =>
        {
            var slot = Enumerable.Range(0, 96).Single(i => DigestOf(i) == digest);
            Assert.True(_evictor.Remove(BlobPool.Blobs, slot, digest));
            return VictimOutcome.Removed;
        };
        Add(BlobPool.Blobs, 0, 96, 10);

        await Eventually.TrueAsync(() => _evictor.Usage(BlobPool.Blobs).EvictedObjects == 6);
        Assert.Equal(900, _evictor.Usage(BlobPool.Blobs).UsedBytes);
        Assert.Equal(90, _evictor.Usage(BlobPool.Blobs).Objects);
    }

    [Fact(Timeout = Timeout)]
    public async Task DisposedWhileResting_Ends()
    {
        _remover.Outcome = _ => VictimOutcome.Failed;
        Add(BlobPool.Blobs, 0, 96, 10);
        await Eventually.TrueAsync(() => _clock.ActiveTimers == 1);

        await _evictor.DisposeAsync();
        await _evictor.DisposeAsync();
    }

    [Fact]
    public async Task ManifestsShare_StaysWithinItsBounds()
    {
        Assert.Equal((50L << 20, 950L << 20), await SplitAsync(1000L << 20));
        Assert.Equal((16L << 20, 84L << 20), await SplitAsync(100L << 20));
        Assert.Equal((4L << 20, 4L << 20), await SplitAsync(8L << 20));
        Assert.Equal((4L << 30, 996L << 30), await SplitAsync(1000L << 30));

        async Task<(long Manifests, long Blobs)> SplitAsync(long limitBytes)
        {
            await using var evictor = new Evictor(new EvictionOptions { LimitBytes = limitBytes, MaxObjects = 32 }, _remover, _clock, NullLogger.Instance);
            return (evictor.Usage(BlobPool.Manifests).LimitBytes, evictor.Usage(BlobPool.Blobs).LimitBytes);
        }
    }

    /// <summary>Objects numbered from <paramref name="first"/>, each used a moment after the one before it.</summary>
    private void Add(BlobPool pool, int first, int count, long sizeBytes)
    {
        for (var i = first; i < first + count; i++)
        {
            _clock.Advance(TimeSpan.FromTicks(1));
            _evictor.Add(pool, DigestOf(i), sizeBytes, _clock.GetUtcNow());
        }
    }

    private sealed class ScriptedRemover : IVictimRemover
    {
        private int _calls;

        public ConcurrentQueue<Digest> Removed { get; } = new();

        public ConcurrentQueue<BlobPool> Pools { get; } = new();

        public int Calls => Volatile.Read(ref _calls);

        public Func<Digest, VictimOutcome> Outcome { get; set; } = _ => VictimOutcome.Removed;

        public ValueTask<VictimOutcome> RemoveAsync(Digest digest, BlobPool pool, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            var outcome = Outcome(digest);
            if (outcome is VictimOutcome.Removed or VictimOutcome.Doomed)
            {
                Removed.Enqueue(digest);
                Pools.Enqueue(pool);
            }

            return ValueTask.FromResult(outcome);
        }
    }
}
