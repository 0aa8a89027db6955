using EdgeCache.Core.Oci;

namespace EdgeCache.Load.Driving;

/// <summary>What one simulated client has already: the digests, the oldest forgotten where there are too many. Safe for concurrent use.</summary>
/// <param name="capacity">Digests at most; 0 remembers nothing.</param>
internal sealed class ClientStore(int capacity)
{
    private readonly Lock _changing = new(); // Protects both.
    private readonly HashSet<Digest> _held = [];
    private readonly Queue<Digest> _order = new();

    public bool Holds(Digest digest)
    {
        lock (_changing)
        {
            return _held.Contains(digest);
        }
    }

    public void Add(Digest digest)
    {
        lock (_changing)
        {
            if (capacity == 0 || !_held.Add(digest))
            {
                return;
            }

            _order.Enqueue(digest);
            if (_order.Count > capacity)
            {
                _held.Remove(_order.Dequeue());
            }
        }
    }
}
