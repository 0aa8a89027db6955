namespace EdgeCache.Load.Simulation.Caches;

/// <summary>
/// Belady's MIN, which knows the future: who is asked for again the latest leaves, the new one among them. The best that there is where all objects have one
/// size; with sizes, a bound that others hardly reach.
/// </summary>
internal sealed class OptimalCache : ISimulatedCache
{
    private readonly RequestTrace _trace;
    private readonly long _capacityBytes;
    private readonly int[] _nextRequest;
    private readonly bool[] _holds;
    private readonly int[] _heldUntil;
    private readonly PriorityQueue<(int Number, int Until), int> _latestFirst = new();
    private long _usedBytes;

    public OptimalCache(RequestTrace trace, long capacityBytes)
    {
        (_trace, _capacityBytes) = (trace, capacityBytes);
        _holds = new bool[trace.Objects];
        _heldUntil = new int[trace.Objects];
        _nextRequest = NextRequests(trace);
    }

    public bool Request(int index)
    {
        var number = _trace.Requests[index];
        var isHit = _holds[number];
        var until = _nextRequest[index];
        if (!isHit && (until == int.MaxValue || !TryMakeRoom(_trace.SizeBytes[number], until)))
        {
            return false;
        }

        _usedBytes += isHit ? 0 : _trace.SizeBytes[number];
        _holds[number] = true;
        _heldUntil[number] = until;
        _latestFirst.Enqueue((number, until), -until);
        return isHit;
    }

    public void Dispose()
    {
    }

    private bool TryMakeRoom(long sizeBytes, int until)
    {
        while (_usedBytes + sizeBytes > _capacityBytes)
        {
            if (!_latestFirst.TryPeek(out var latest, out _))
            {
                return false;
            }

            var isOutdated = !_holds[latest.Number] || _heldUntil[latest.Number] != latest.Until;
            if (!isOutdated && latest.Until < until)
            {
                return false;
            }

            _latestFirst.Dequeue();
            if (!isOutdated)
            {
                _holds[latest.Number] = false;
                _usedBytes -= _trace.SizeBytes[latest.Number];
            }
        }

        return true;
    }

    /// <summary>For each request, when its object is asked for again; <see cref="int.MaxValue"/> for never.</summary>
    private static int[] NextRequests(RequestTrace trace)
    {
        var next = new int[trace.Requests.Length];
        var last = new int[trace.Objects];
        Array.Fill(last, int.MaxValue);
        for (var index = next.Length - 1; index >= 0; index--)
        {
            var number = trace.Requests[index];
            next[index] = last[number];
            last[number] = index;
        }

        return next;
    }
}
