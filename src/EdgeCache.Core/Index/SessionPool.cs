using FASTER.core;

namespace EdgeCache.Core.Index;

/// <summary>
/// FASTER's sessions are single-threaded: one is rented for each operation. Renting is one compare-and-swap on a place near the caller's own, and
/// allocates nothing once a place has its session. When all are rented the caller spins; operations are short. Thread-safe.
/// </summary>
internal sealed class SessionPool<TValue>
    where TValue : unmanaged, IIndexValue
{
    private const int Idle = 0;
    private const int Rented = 1;
    private const int Lost = 2;

    /// <summary>A disk that hangs for good must not make sessions without end.</summary>
    private const int MaxAbandoned = 16;

    private readonly FasterKV<IndexKey, TValue> _store;
    private readonly Place[] _places;
    private volatile bool _closed;

    public SessionPool(FasterKV<IndexKey, TValue> store)
    {
        _store = store;

        // FASTER's epoch table has 128 places; 64 leaves room for its own threads.
        _places = new Place[Math.Clamp(Environment.ProcessorCount * 4, 16, 64)];
        for (var i = 0; i < _places.Length; i++)
        {
            _places[i] = new Place();
        }
    }

    /// <summary>A session for the caller alone until it calls <see cref="Return"/>; null after <see cref="Close"/>.</summary>
    public Place? Rent()
    {
        var start = (uint)Environment.CurrentManagedThreadId;
        var spin = default(SpinWait);
        while (!_closed)
        {
            for (uint i = 0; i < _places.Length; i++)
            {
                var place = _places[(start + i) % (uint)_places.Length];
                if (Volatile.Read(ref place.State) == Idle && Interlocked.CompareExchange(ref place.State, Rented, Idle) == Idle)
                {
                    place.Session ??= _store.For(place.Functions).NewSession<StoreFunctions<TValue>>();
                    return place;
                }
            }

            spin.SpinOnce();
        }

        return null;
    }

    public void Return(Place place) => Volatile.Write(ref place.State, Idle);

    /// <summary>
    /// Gives up a session whose read did not end: its late completion would be taken for another's. It gets a new one.
    /// The old one is left to the store's end, as FASTER's Dispose of it would wait for the read.
    /// </summary>
    public void Abandon(Place place)
    {
        place.Session = null;
        place.Functions = new StoreFunctions<TValue>();
        if (++place.AbandonedCount >= MaxAbandoned)
        {
            Volatile.Write(ref place.State, Lost);
            return;
        }

        Return(place);
    }

    /// <summary>Lets nobody rent any more and waits for those who have, for at most five seconds; false where somebody did not return.</summary>
    public bool Close()
    {
        _closed = true;
        var deadline = Environment.TickCount64 + 5_000;
        foreach (var place in _places)
        {
            var spin = default(SpinWait);
            while (Interlocked.CompareExchange(ref place.State, Rented, Idle) == Rented)
            {
                if (Environment.TickCount64 > deadline)
                {
                    return false;
                }

                spin.SpinOnce();
            }

            place.Session?.Dispose();
            place.Session = null;
        }

        return true;
    }

    /// <summary>A session and who has it.</summary>
    internal sealed class Place
    {
        public int State;
        public int AbandonedCount;
        public StoreFunctions<TValue> Functions = new();
        public ClientSession<IndexKey, TValue, TValue, TValue, Empty, StoreFunctions<TValue>>? Session;
    }
}
