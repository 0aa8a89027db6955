namespace EdgeCache.Transport.Epoll;

/// <summary>
/// Connections by keys of 64 bits that never come again: an event that was on its way when its connection ended finds nothing. As large as the largest number
/// of connections at once. Finding takes no lock; thread-safe.
/// </summary>
internal sealed class ConnectionSlots
{
    // Protects the free slots, the generation, and changes of the array.
    private readonly Lock _gate = new();
    private readonly Stack<int> _free = new();
    private EpollConnection?[] _connections = new EpollConnection?[64];
    private int _used;
    private uint _generation;

    /// <summary>Connections that were added and not removed.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _used - _free.Count;
            }
        }
    }

    /// <summary>Gives the connection its key: a generation above a slot.</summary>
    public void Add(EpollConnection connection)
    {
        lock (_gate)
        {
            if (!_free.TryPop(out var slot))
            {
                slot = _used++;
                if (slot == _connections.Length)
                {
                    var larger = new EpollConnection?[slot * 2];
                    _connections.CopyTo(larger, 0);
                    Volatile.Write(ref _connections, larger);
                }
            }

            // Slots stay under 2^31, so that no key is EpollHandle.WakeKey.
            connection.Slot = ((ulong)_generation++ << 32) | (uint)slot;
            Volatile.Write(ref _connections[slot], connection);
        }
    }

    /// <returns>Whether it was there.</returns>
    public bool Remove(ulong key)
    {
        lock (_gate)
        {
            var slot = (int)(uint)key;
            if (_connections[slot]?.Slot != key)
            {
                return false;
            }

            _connections[slot] = null;
            _free.Push(slot);
            return true;
        }
    }

    public EpollConnection? Find(ulong key)
    {
        var connections = Volatile.Read(ref _connections);
        var slot = (int)(uint)key;
        return slot < connections.Length && Volatile.Read(ref connections[slot]) is { } connection && connection.Slot == key ? connection : null;
    }
}
