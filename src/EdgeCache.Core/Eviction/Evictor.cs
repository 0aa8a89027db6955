using System.Threading.Channels;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Eviction;

/// <summary>
/// Keeps the cache below its limit. It owns two pools with a policy and a limit each, so that a few huge layers cannot push out the manifests, and one loop
/// that has victims removed once a pool is above its high watermark, until it is below its low one. No caller ever waits for it: bytes that are reserved
/// or added may stand above the limit for as long as unlinking takes, by at most what is reserved at once (which never exceeds the high watermark).
/// Objects, reservations and doomed bytes count alike. Thread-safe; owned by the store.
/// </summary>
public sealed class Evictor : IAsyncDisposable
{
    /// <summary>Victims of one pool before the other has its turn.</summary>
    private const int VictimsPerPass = 64;

    /// <summary>How often in a row removing may fail or be refused before the loop rests.</summary>
    private const int MaxRefusals = 16;

    private const int MaxDelayFactor = 32;

    private readonly EvictionOptions _options;
    private readonly IVictimRemover _remover;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly EvictionPool _blobs;
    private readonly EvictionPool _manifests;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _limiting = new(); // Protects the two limits, and applies one change at a time.
    private readonly Task _evicting;
    private volatile bool _isLowering;
    private volatile bool _isResting;
    private long _limitBytes;
    private long _roomBytes = long.MaxValue;
    private int _disposed;

    public Evictor(EvictionOptions options, IVictimRemover remover, TimeProvider clock, ILogger logger)
    {
        _options = options;
        _remover = remover;
        _clock = clock;
        _logger = logger;
        _blobs = new EvictionPool(new LruPolicy(options.MaxObjects, clock), options);
        _manifests = new EvictionPool(new LruPolicy(options.MaxObjects, clock), options);
        SetLimit(options.LimitBytes);
        _evicting = Task.Run(EvictAsync);
    }

    /// <summary>Takes an object in that was published or found.</summary>
    /// <param name="lastUsed">UTC; a time in the future counts as now.</param>
    /// <returns>Its slot, to be kept in its index entry; -1 where the pool is full, and then it must not stay in the cache.</returns>
    public int Add(BlobPool pool, in Digest digest, long sizeBytes, DateTimeOffset lastUsed)
    {
        var slot = PoolOf(pool).Policy.Add(in digest, sizeBytes, lastUsed);
        WakeIfAbove(pool);
        return slot;
    }

    /// <summary>The object is used now. No lock, no allocation; any slot is harmless.</summary>
    public void Touch(BlobPool pool, int slot) => PoolOf(pool).Policy.Touch(slot);

    /// <summary>Lets an object go that went for another reason than eviction, such as damage.</summary>
    /// <returns>Whether the slot was this digest's.</returns>
    public bool Remove(BlobPool pool, int slot, in Digest digest) => PoolOf(pool).Policy.Remove(slot, in digest);

    /// <summary>
    /// Reserves room for a fill. False where it cannot fit whatever is evicted; then the fill must not be stored. Each success is ended by one
    /// <see cref="Release"/> of the same size: just before <see cref="Add"/>, or when the fill stored nothing.
    /// </summary>
    public bool TryReserve(BlobPool pool, long sizeBytes)
    {
        var reserved = PoolOf(pool).TryReserve(sizeBytes);
        WakeIfAbove(pool);
        return reserved;
    }

    /// <summary>Ends a reservation.</summary>
    public void Release(BlobPool pool, long sizeBytes) => PoolOf(pool).Release(sizeBytes);

    /// <summary>
    /// Counts a file that was unlinked while it is read. For victims the evictor does that itself (<see cref="VictimOutcome.Doomed"/>).
    /// </summary>
    public void Doom(BlobPool pool, long sizeBytes)
    {
        PoolOf(pool).Doom(sizeBytes);
        WakeIfAbove(pool);
    }

    /// <summary>The last reader of a doomed file is gone. It may come before the evictor has counted the file.</summary>
    public void Released(BlobPool pool, long sizeBytes) => PoolOf(pool).Released(sizeBytes);

    /// <summary>Sets the bytes that both pools share. A lower limit is reached by evicting, in the background.</summary>
    public void SetLimit(long limitBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limitBytes, 1);
        lock (_limiting)
        {
            _limitBytes = limitBytes;
            ShareOut();
        }
    }

    /// <summary>Says what the file system has to spare. The cache may take no more than that beside what it has, whatever its limit.</summary>
    /// <param name="spareBytes">Below 0 where the cache has to shrink.</param>
    /// <param name="spareFiles">The same for files; <see cref="long.MaxValue"/> where the file system does not limit them.</param>
    public void SetRoom(long spareBytes, long spareFiles)
    {
        lock (_limiting)
        {
            var takenBytes = _blobs.TakenBytes + _manifests.TakenBytes;
            _roomBytes = spareBytes > long.MaxValue - takenBytes ? long.MaxValue : takenBytes + spareBytes;
            foreach (var pool in (EvictionPool[])[_blobs, _manifests])
            {
                var count = pool.Policy.Count;
                pool.LimitObjects = spareFiles > _options.MaxObjects - count ? _options.MaxObjects : Math.Max(0, count + spareFiles);
            }

            ShareOut();
        }
    }

    /// <summary>How full a pool is.</summary>
    public PoolUsage Usage(BlobPool pool) => PoolOf(pool).Usage;

    /// <summary>Whether victims are being removed, or are about to be; not while it rests after a failure.</summary>
    public bool IsEvicting => !_isResting && (_wake.Reader.Count > 0 || _isLowering);

    /// <summary>Stops the loop; a removal that is under way is awaited.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
            await _evicting.ConfigureAwait(false);
            _stopping.Dispose();
        }
    }

    private EvictionPool PoolOf(BlobPool pool) => pool == BlobPool.Manifests ? _manifests : _blobs;

    /// <summary>Gives both pools their part of the limit. Under the lock of the limits.</summary>
    private void ShareOut()
    {
        var limitBytes = Math.Max(1, Math.Min(_limitBytes, _roomBytes));
        var manifestBytes = Math.Clamp((long)(limitBytes * _options.ManifestShare), _options.MinManifestBytes, _options.MaxManifestBytes);
        manifestBytes = Math.Min(manifestBytes, limitBytes / 2);
        _manifests.LimitBytes = manifestBytes;
        _blobs.LimitBytes = limitBytes - manifestBytes;
        WakeIfAbove(BlobPool.Blobs);
        WakeIfAbove(BlobPool.Manifests);
    }

    private void WakeIfAbove(BlobPool pool)
    {
        if (PoolOf(pool).IsAboveHigh)
        {
            _wake.Writer.TryWrite(true);
        }
    }

    /// <summary>The one loop.</summary>
    private async Task EvictAsync()
    {
        var failures = 0;
        try
        {
            while (await _wake.Reader.WaitToReadAsync(_stopping.Token).ConfigureAwait(false))
            {
                // In this order: who has woken the loop sees that it evicts until it rests again.
                _isLowering = true;
                _wake.Reader.TryRead(out _);
                if (await LowerAsync().ConfigureAwait(false) is not { } pool)
                {
                    _isLowering = false;
                    failures = 0;
                    continue;
                }

                var delay = _options.RetryDelay * Math.Min(1 << Math.Min(failures++, 30), MaxDelayFactor);
                EvictionLog.Stuck(_logger, pool, delay.TotalSeconds);

                // In this order: who sees that it rests finds its clock running.
                var rest = Task.Delay(delay, _clock, _stopping.Token);
                _isResting = true;
                _isLowering = false;
                await rest.ConfigureAwait(false);
                _isResting = false;
                WakeIfAbove(BlobPool.Blobs);
                WakeIfAbove(BlobPool.Manifests);
            }
        }
        catch (OperationCanceledException)
        {
            // The store closes.
        }
    }

    /// <summary>Lowers both pools to their low watermarks, in turns; the pool of which something could not be removed, if so.</summary>
    private async ValueTask<BlobPool?> LowerAsync()
    {
        BlobPool? stuck = null;
        var lowerBlobs = _blobs.IsAboveHigh;
        var lowerManifests = _manifests.IsAboveHigh;
        while (lowerBlobs || lowerManifests)
        {
            if (lowerManifests)
            {
                lowerManifests = await PassAsync(BlobPool.Manifests).ConfigureAwait(false) is var pass && pass == PassEnd.Lowered;
                stuck = pass == PassEnd.Stuck ? BlobPool.Manifests : stuck;
            }

            if (lowerBlobs)
            {
                lowerBlobs = await PassAsync(BlobPool.Blobs).ConfigureAwait(false) is var pass && pass == PassEnd.Lowered;
                stuck = pass == PassEnd.Stuck ? BlobPool.Blobs : stuck;
            }

            lowerBlobs &= _blobs.IsAboveLow;
            lowerManifests &= _manifests.IsAboveLow;
        }

        return stuck;
    }

    /// <summary>Removes some victims.</summary>
    private async ValueTask<PassEnd> PassAsync(BlobPool name)
    {
        var pool = PoolOf(name);
        var end = PassEnd.Lowered;
        var refusals = 0;
        var before = pool.Usage;
        for (var i = 0; i < VictimsPerPass && end == PassEnd.Lowered && pool.IsAboveLow; i++)
        {
            if (!pool.Policy.TryTakeVictim(out var victim))
            {
                end = PassEnd.Empty;
                break;
            }

            var outcome = await RemoveAsync(victim, name).ConfigureAwait(false);
            refusals = pool.Settle(in victim, outcome) ? 0 : refusals + 1;
            end = refusals < MaxRefusals ? PassEnd.Lowered : PassEnd.Stuck;
        }

        var after = pool.Usage;
        if (after.EvictedObjects > before.EvictedObjects)
        {
            EvictionLog.Evicted(_logger, name, after.EvictedObjects - before.EvictedObjects, after.EvictedBytes - before.EvictedBytes);
        }

        return end;
    }

    private async ValueTask<VictimOutcome> RemoveAsync(Victim victim, BlobPool pool)
    {
        try
        {
            _stopping.Token.ThrowIfCancellationRequested();
            var outcome = await _remover.RemoveAsync(victim.Digest, pool, _stopping.Token).ConfigureAwait(false);
            if (outcome == VictimOutcome.Failed)
            {
                EvictionLog.RemoverFailed(_logger, victim.Digest, null);
            }

            return outcome;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // A fault of one removal must not end eviction for good.
        catch (Exception exception)
        {
            EvictionLog.RemoverFailed(_logger, victim.Digest, exception);
            return VictimOutcome.Failed;
        }
#pragma warning restore CA1031
    }

    private enum PassEnd
    {
        Lowered,

        /// <summary>Reservations and doomed files take it all. Whatever is added or reserved wakes the loop.</summary>
        Empty,

        /// <summary>Nothing can be removed now: the disk, or everything is in use.</summary>
        Stuck,
    }
}
