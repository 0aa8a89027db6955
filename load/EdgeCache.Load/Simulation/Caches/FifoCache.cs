namespace EdgeCache.Load.Simulation.Caches;

/// <summary>First in, first out.</summary>
internal sealed class FifoCache(RequestTrace trace, long capacityBytes) : ISimulatedCache
{
    private readonly bool[] _holds = new bool[trace.Objects];
    private readonly Queue<int> _queue = new();
    private long _usedBytes;

    public bool Request(int index)
    {
        var number = trace.Requests[index];
        var size = trace.SizeBytes[number];
        if (_holds[number] || size > capacityBytes)
        {
            return _holds[number];
        }

        while (_usedBytes + size > capacityBytes)
        {
            var victim = _queue.Dequeue();
            _holds[victim] = false;
            _usedBytes -= trace.SizeBytes[victim];
        }

        _queue.Enqueue(number);
        _holds[number] = true;
        _usedBytes += size;
        return false;
    }

    public void Dispose()
    {
    }
}
