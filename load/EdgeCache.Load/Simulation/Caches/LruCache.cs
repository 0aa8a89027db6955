using EdgeCache.Core.Eviction;

namespace EdgeCache.Load.Simulation.Caches;

/// <summary>Exact least recently used, by the node's own policy, filled to the last byte: without watermarks.</summary>
internal sealed class LruCache : ISimulatedCache
{
    private readonly RequestTrace _trace;
    private readonly long _capacityBytes;
    private readonly RequestClock _clock = new();
    private readonly LruPolicy _policy;
    private readonly int[] _slots;
    private readonly Dictionary<Core.Oci.Digest, int> _numbers;

    public LruCache(RequestTrace trace, long capacityBytes)
    {
        (_trace, _capacityBytes) = (trace, capacityBytes);
        _policy = new LruPolicy(Math.Max(1, trace.Objects), _clock);
        _slots = new int[trace.Objects];
        Array.Fill(_slots, -1);
        _numbers = trace.Digests.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
    }

    public bool Request(int index)
    {
        _clock.Advance();
        var number = _trace.Requests[index];
        if (_slots[number] >= 0)
        {
            _policy.Touch(_slots[number]);
            return true;
        }

        var size = _trace.SizeBytes[number];
        if (size > _capacityBytes)
        {
            return false;
        }

        while (_policy.SizeBytes + size > _capacityBytes && _policy.TryTakeVictim(out var victim))
        {
            _policy.Confirm(victim);
            _slots[_numbers[victim.Digest]] = -1;
        }

        _slots[number] = _policy.Add(_trace.Digests[number], size, _clock.GetUtcNow());
        return false;
    }

    public void Dispose()
    {
    }
}
