using System.Runtime.InteropServices;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Eviction;

/// <summary>
/// Exact least-recently-used: the object whose last use is the oldest leaves, among equals the one that came first. A use only writes the time into
/// the object's slot. The heap knows the times of when it last looked: whoever is at its top with a newer time goes back with that; who is not is the victim.
/// An object takes about 130 bytes. Thread-safe; times are of the process's monotonic clock.
/// </summary>
public sealed class LruPolicy : IEvictionPolicy
{
    private const int ChunkBits = 12;
    private const int ChunkSize = 1 << ChunkBits;

    /// <summary>How many steps of the heap one hold of the lock may take: some 100 µs, so that a publish never waits long for an eviction.</summary>
    private const int StepsPerHold = 512;

    private const byte Free = 0;
    private const byte Held = 1;
    private const byte Taken = 2;

    private readonly TimeProvider _clock;
    private readonly int _maxObjects;
    private readonly Lock _lock = new(); // Protects everything but the times in _lastUsed.
    private readonly Slot[]?[] _slots;
    private readonly long[]?[] _lastUsed;
    private readonly PriorityQueue<HeapEntry, Age> _heap = new();
    private int _usedSlots;
    private int _firstFree = -1;
    private long _nextSequence;
    private int _count;
    private long _sizeBytes;

    /// <param name="maxObjects">How many it holds at most; at least 1.</param>
    public LruPolicy(int maxObjects, TimeProvider clock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxObjects, 1);
        _clock = clock;
        _maxObjects = maxObjects;
        var chunks = (int)(((long)maxObjects + ChunkSize - 1) >> ChunkBits);
        _slots = new Slot[]?[chunks];
        _lastUsed = new long[]?[chunks];
    }

    public int Count => Volatile.Read(ref _count);

    public long SizeBytes => Volatile.Read(ref _sizeBytes);

    public int Add(in Digest digest, long sizeBytes, DateTimeOffset lastUsed)
    {
        var time = ToTimestamp(lastUsed);
        lock (_lock)
        {
            if (_count == _maxObjects)
            {
                return -1;
            }

            var index = TakeSlot();
            ref var slot = ref SlotAt(index);
            slot.Digest = digest;
            slot.SizeBytes = sizeBytes;
            slot.State = Held;
            slot.Sequence = _nextSequence++;
            Volatile.Write(ref TimeAt(index), time);
            _heap.Enqueue(new HeapEntry(index, slot.Generation), new Age(time, slot.Sequence));
            Volatile.Write(ref _count, _count + 1);
            Volatile.Write(ref _sizeBytes, _sizeBytes + sizeBytes);
            return index;
        }
    }

    public void Touch(int slot)
    {
        var chunk = (uint)slot >> ChunkBits;
        if (chunk < (uint)_lastUsed.Length && Volatile.Read(ref _lastUsed[chunk]) is { } times)
        {
            Volatile.Write(ref times[slot & (ChunkSize - 1)], _clock.GetTimestamp());
        }
    }

    public bool Remove(int slot, in Digest digest)
    {
        lock (_lock)
        {
            if ((uint)slot >= (uint)_usedSlots || SlotAt(slot).State == Free || SlotAt(slot).Digest != digest)
            {
                return false;
            }

            FreeSlot(slot);
            ForgetStaleEntries();
            return true;
        }
    }

    public bool TryTakeVictim(out Victim victim)
    {
        bool? found;
        do
        {
            lock (_lock)
            {
                found = TryTakeVictim(StepsPerHold, out victim);
            }
        }
        while (found is null);
        return found.Value;
    }

    public bool Confirm(in Victim victim)
    {
        lock (_lock)
        {
            if (!IsTaken(in victim))
            {
                return false;
            }

            FreeSlot(victim.Slot);
            return true;
        }
    }

    public void Return(in Victim victim)
    {
        lock (_lock)
        {
            if (IsTaken(in victim))
            {
                ref var slot = ref SlotAt(victim.Slot);
                slot.State = Held;
                var now = _clock.GetTimestamp();
                Volatile.Write(ref TimeAt(victim.Slot), now);
                _heap.Enqueue(new HeapEntry(victim.Slot, slot.Generation), new Age(now, slot.Sequence));
            }
        }
    }

    /// <summary>Null where the steps were not enough to tell.</summary>
    private bool? TryTakeVictim(int steps, out Victim victim)
    {
        victim = default;
        for (; steps > 0; steps--)
        {
            if (!_heap.TryPeek(out var entry, out var age))
            {
                return false;
            }

            ref var slot = ref SlotAt(entry.Slot);
            if (slot.Generation != entry.Generation)
            {
                _heap.Dequeue();
                continue;
            }

            var lastUsed = Volatile.Read(ref TimeAt(entry.Slot));
            if (lastUsed > age.Time)
            {
                _heap.DequeueEnqueue(entry, age with { Time = lastUsed });
                continue;
            }

            _heap.Dequeue();
            slot.State = Taken;
            victim = new Victim(slot.Digest, slot.SizeBytes, entry.Slot, entry.Generation);
            return true;
        }

        return null;
    }

    private bool IsTaken(in Victim victim)
    {
        if ((uint)victim.Slot >= (uint)_usedSlots)
        {
            return false;
        }

        ref var slot = ref SlotAt(victim.Slot);
        return slot.State == Taken && slot.Generation == victim.Generation;
    }

    private int TakeSlot()
    {
        if (_firstFree >= 0)
        {
            var free = _firstFree;
            _firstFree = SlotAt(free).NextFree;
            return free;
        }

        var chunk = _usedSlots >> ChunkBits;
        if (_slots[chunk] is null)
        {
            _slots[chunk] = new Slot[ChunkSize];
            Volatile.Write(ref _lastUsed[chunk], new long[ChunkSize]);
        }

        return _usedSlots++;
    }

    private void FreeSlot(int index)
    {
        ref var slot = ref SlotAt(index);
        Volatile.Write(ref _count, _count - 1);
        Volatile.Write(ref _sizeBytes, _sizeBytes - slot.SizeBytes);
        slot.State = Free;
        slot.Generation++;
        slot.Digest = default;
        slot.NextFree = _firstFree;
        _firstFree = index;
    }

    /// <summary>Entries of removed objects stay in the heap until they come to its top; once they are the most, it is made anew.</summary>
    private void ForgetStaleEntries()
    {
        if (_heap.Count <= (2 * _count) + ChunkSize)
        {
            return;
        }

        var live = new List<(HeapEntry Entry, Age Age)>(_count);
        foreach (var (entry, age) in _heap.UnorderedItems)
        {
            if (SlotAt(entry.Slot).Generation == entry.Generation)
            {
                live.Add((entry, age));
            }
        }

        _heap.Clear();
        _heap.EnqueueRange(live);
        _heap.TrimExcess();
    }

    private long ToTimestamp(DateTimeOffset lastUsed)
    {
        var ago = _clock.GetUtcNow() - lastUsed;
        var now = _clock.GetTimestamp();
        return ago <= TimeSpan.Zero ? now : now - (long)(ago.TotalSeconds * _clock.TimestampFrequency);
    }

    // A slot that was handed out has its chunks.
    private ref Slot SlotAt(int index) => ref _slots[index >> ChunkBits]![index & (ChunkSize - 1)];

    private ref long TimeAt(int index) => ref _lastUsed[index >> ChunkBits]![index & (ChunkSize - 1)];

    [StructLayout(LayoutKind.Auto)]
    private struct Slot
    {
        public Digest Digest;
        public long SizeBytes;
        public long Sequence;
        public int Generation;
        public int NextFree;
        public byte State;
    }

    private readonly record struct HeapEntry(int Slot, int Generation);

    /// <summary>The older first; among equals the one that was added first.</summary>
    private readonly record struct Age(long Time, long Sequence) : IComparable<Age>
    {
        public int CompareTo(Age other) => Time != other.Time ? Time.CompareTo(other.Time) : Sequence.CompareTo(other.Sequence);
    }
}
