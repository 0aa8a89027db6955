namespace EdgeCache.Load.Simulation.Caches;

/// <summary>SIEVE (Zhang and others, NSDI 2024): a queue in which a hand moves from the oldest to the newest, spares who was used since it last came by, and takes the first who was not.</summary>
internal sealed class SieveCache(RequestTrace trace, long capacityBytes) : ISimulatedCache
{
    private readonly LinkedListNode<int>?[] _nodes = new LinkedListNode<int>?[trace.Objects];
    private readonly bool[] _isUsed = new bool[trace.Objects];
    private readonly LinkedList<int> _queue = new(); // The newest first.
    private LinkedListNode<int>? _hand;
    private long _usedBytes;

    public bool Request(int index)
    {
        var number = trace.Requests[index];
        if (_nodes[number] is not null)
        {
            _isUsed[number] = true;
            return true;
        }

        var size = trace.SizeBytes[number];
        if (size > capacityBytes)
        {
            return false;
        }

        while (_usedBytes + size > capacityBytes)
        {
            Evict();
        }

        _nodes[number] = _queue.AddFirst(number);
        _usedBytes += size;
        return false;
    }

    public void Dispose()
    {
    }

    private void Evict()
    {
        // Called with bytes in use only: the queue is not empty.
        var node = _hand ?? _queue.Last!;
        while (_isUsed[node.Value])
        {
            _isUsed[node.Value] = false;
            node = node.Previous ?? _queue.Last!;
        }

        _hand = node.Previous;
        _queue.Remove(node);
        _nodes[node.Value] = null;
        _usedBytes -= trace.SizeBytes[node.Value];
    }
}
