using System.Collections.Concurrent;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeCache.Load.Simulation.Caches;

/// <summary>The node's own eviction as it runs in a node: reservations, watermarks, least recently used. A request waits until room is made.</summary>
internal sealed class EvictorCache : ISimulatedCache, IVictimRemover
{
    /// <summary>Both pools have a limit; this one stays empty.</summary>
    private const int ManifestBytes = 1;

    private readonly RequestTrace _trace;
    private readonly RequestClock _clock = new();
    private readonly ConcurrentDictionary<Digest, int> _slots = new();
    private readonly Evictor _evictor;

    /// <param name="capacityBytes">What the pool of blobs may take.</param>
    public EvictorCache(RequestTrace trace, long capacityBytes)
    {
        _trace = trace;
        var options = new EvictionOptions
        {
            LimitBytes = capacityBytes + ManifestBytes,
            MinManifestBytes = 0,
            MaxManifestBytes = ManifestBytes,
            MaxObjects = Math.Max(32, trace.Objects * 2), // Bytes are the limit here.
        };
        _evictor = new Evictor(options, this, _clock, NullLogger.Instance);
    }

    public bool Request(int index)
    {
        _clock.Advance();
        var number = _trace.Requests[index];
        var digest = _trace.Digests[number];
        if (_slots.TryGetValue(digest, out var slot))
        {
            _evictor.Touch(BlobPool.Blobs, slot);
            return true;
        }

        var size = _trace.SizeBytes[number];
        if (_evictor.TryReserve(BlobPool.Blobs, size))
        {
            // As a fill: room first, and the object in its place when it is whole. Both at once would count twice, and evict others for nothing.
            Settle();
            _evictor.Release(BlobPool.Blobs, size);
            _slots[digest] = _evictor.Add(BlobPool.Blobs, digest, size, _clock.GetUtcNow());
            Settle();
        }

        return false;
    }

    public ValueTask<VictimOutcome> RemoveAsync(Digest digest, BlobPool pool, CancellationToken cancellationToken)
    {
        _slots.TryRemove(digest, out _);
        return ValueTask.FromResult(VictimOutcome.Removed);
    }

    public void Dispose() => _evictor.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private void Settle()
    {
        var spin = default(SpinWait);
        while (_evictor.IsEvicting)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }
}
