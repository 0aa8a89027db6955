using System.Numerics;
using System.Runtime.CompilerServices;
using FASTER.core;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Index;

/// <summary>
/// One FASTER store: fixed-size values under <see cref="IndexKey"/>s, in memory up to a budget and spilled to the index's folder beyond it, rebuilt at every
/// start. Every value is checked when it is read; a wrong checksum is "absent". Readers take no lock of ours and allocate nothing as long as the
/// record is in memory; a spilled one blocks the caller for the disk, for at most <see cref="ReadTimeoutMilliseconds"/>. Writers of one key are serialised. Thread-safe;
/// owned by <see cref="CacheIndex"/>.
/// </summary>
internal sealed class IndexStore<TValue> : IDisposable
    where TValue : unmanaged, IIndexValue
{
    private const int ReadTimeoutMilliseconds = 5_000;
    private const int MinPartBytes = 64 << 10;
    private const int StripeCount = 64;

    /// <summary>How often a key that a compaction may just have moved is looked for.</summary>
    private const int MaxReads = 4;

    private readonly string _name;
    private readonly ILogger _logger;
    private readonly IndexDevice _device;
    private readonly FasterKV<IndexKey, TValue> _store;
    private readonly SessionPool<TValue> _sessions;
    private readonly Lock[] _stripes = new Lock[StripeCount]; // Each serialises the read-compare-write of its keys.
    private readonly long _logMemoryBytes;
    private long _count;
    private long _damaged;

    /// <summary>Odd while a compaction is under way.</summary>
    private int _compactions;

    /// <param name="path">The spilled log's files, without their numbers.</param>
    /// <param name="memoryBytes">For the hash table (a quarter) and the log's memory, rounded down to powers of two.</param>
    public IndexStore(string name, string path, long memoryBytes, DiskQueue queue, ILogger logger)
    {
        _name = name;
        _logger = logger;
        _device = new IndexDevice(path, queue, toleratesFailure: true, logger);
        var tableBytes = PowerOfTwoBelow(Math.Max(MinPartBytes, memoryBytes / 4));
        _logMemoryBytes = PowerOfTwoBelow(Math.Max(MinPartBytes, memoryBytes - tableBytes));
        var pageBytes = Math.Clamp(_logMemoryBytes / 16, 4 << 10, 1 << 20);
        _store = new FasterKV<IndexKey, TValue>(new FasterKVSettings<IndexKey, TValue>
        {
            IndexSize = tableBytes,
            LogDevice = _device,
            MemorySize = _logMemoryBytes,
            PageSize = pageBytes,
            SegmentSize = Math.Max(pageBytes, 16 << 20),
            EqualityComparer = new IndexKeyComparer(),
        });
        _sessions = new SessionPool<TValue>(_store);
        for (var i = 0; i < StripeCount; i++)
        {
            _stripes[i] = new Lock();
        }
    }

    /// <summary>How many keys have a value that is no removal. An estimate: a look-up that the disk does not answer in time counts its key as new.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>How many reads met a wrong checksum.</summary>
    public long Damaged => Volatile.Read(ref _damaged);

    /// <summary>The log's length, in memory and spilled.</summary>
    public long LogBytes => _store.Log.TailAddress - _store.Log.BeginAddress;

    /// <summary>The key's value, where there is one that is whole and no removal.</summary>
    public bool TryGet(in IndexKey key, out TValue value) => TryRead(in key, out value) && !value.IsRemoved;

    /// <summary>Puts a value, or a removal, unless a newer one is there.</summary>
    public bool Put(in IndexKey key, TValue value)
    {
        lock (StripeOf(in key))
        {
            var found = TryRead(in key, out var existing);
            if (found && existing.Sequence > value.Sequence)
            {
                return false;
            }

            ValueChecksum.Stamp(in key, ref value);
            Upsert(key, value);
            var change = (value.IsRemoved ? 0 : 1) - (found && !existing.IsRemoved ? 1 : 0);
            Interlocked.Add(ref _count, change);
            return true;
        }
    }

    /// <summary>Takes the key out, where <paramref name="sequence"/> is null or its value's; whether there was something other than a removal.</summary>
    public bool Remove(in IndexKey key, long? sequence = null)
    {
        lock (StripeOf(in key))
        {
            if (!TryRead(in key, out var existing) || (sequence is { } expected && existing.Sequence != expected))
            {
                return false;
            }

            Delete(key);
            if (existing.IsRemoved)
            {
                return false;
            }

            Interlocked.Decrement(ref _count);
            return true;
        }
    }

    /// <summary>The key's value or removal.</summary>
    public bool TryRead(in IndexKey key, out TValue value)
    {
        for (var reads = 1; ; reads++)
        {
            var compactions = Volatile.Read(ref _compactions);
            if (TryReadOnce(in key, out value))
            {
                return true;
            }

            // FASTER answers "not found" for a record whose old place was dropped between its look into the hash table and its read: the new place is
            // found by looking again.
            var isStable = (compactions & 1) == 0 && compactions == Volatile.Read(ref _compactions);
            if (isStable || reads == MaxReads)
            {
                return false;
            }
        }
    }

    private bool TryReadOnce(in IndexKey key, out TValue value)
    {
        value = default;
        var place = _sessions.Rent();
        if (place is null)
        {
            return false;
        }

        var copy = key;
        var input = default(TValue);
        var status = place.Session!.Read(ref copy, ref input, ref value); // Rent gives every place its session.
        if (status.IsPending)
        {
            return TryReadPending(place, in key, out value);
        }

        _sessions.Return(place);
        return status.Found && IsWhole(in key, ref value);
    }

    /// <summary>
    /// Copies what lives to the log's end and drops the rest, once the log is longer than twice its memory and three times what lives in it.
    /// Blocks for seconds; called by the index's own loop only.
    /// </summary>
    public void CompactIfGrown()
    {
        var before = LogBytes;
        var liveBytes = Count * (sizeof(long) + Unsafe.SizeOf<IndexKey>()
            + Unsafe.SizeOf<TValue>());
        if (before <= Math.Max(2 * _logMemoryBytes, 3 * liveBytes))
        {
            return;
        }

        Interlocked.Increment(ref _compactions);
        try
        {
            _store.Log.Compact<TValue, TValue, Empty, StoreFunctions<TValue>>(
                new StoreFunctions<TValue>(), _store.Log.SafeReadOnlyAddress, CompactionType.Lookup);
            _store.Log.Truncate();
        }
        finally
        {
            Interlocked.Increment(ref _compactions);
        }

        IndexLog.StoreCompacted(_logger, _name, before, LogBytes);
    }

    /// <summary>Ends it; calls that come later find nothing and keep nothing.</summary>
    public void Dispose()
    {
        // Where a caller hangs in the disk, its memory must stay: a leak at the process's end is better than a crash.
        if (_sessions.Close())
        {
            _store.Dispose();
        }

        _device.Dispose();
    }

    private bool TryReadPending(SessionPool<TValue>.Place place, in IndexKey key, out TValue value)
    {
        var deadline = Environment.TickCount64 + ReadTimeoutMilliseconds;
        var spin = default(SpinWait);
        while (!place.Session!.CompletePending(wait: false))
        {
            if (Environment.TickCount64 > deadline)
            {
                _sessions.Abandon(place);
                IndexLog.ReadTimedOut(_logger, _name);
                value = default;
                return false;
            }

            spin.SpinOnce();
        }

        var found = place.Functions.PendingFound;
        value = place.Functions.PendingValue;
        _sessions.Return(place);
        return found && IsWhole(in key, ref value);
    }

    private void Upsert(IndexKey key, TValue value)
    {
        if (_sessions.Rent() is { } place)
        {
            place.Session!.Upsert(ref key, ref value);
            _sessions.Return(place);
        }
    }

    private void Delete(IndexKey key)
    {
        if (_sessions.Rent() is { } place)
        {
            place.Session!.Delete(ref key);
            _sessions.Return(place);
        }
    }

    private bool IsWhole(in IndexKey key, ref TValue value)
    {
        if (ValueChecksum.IsValid(in key, ref value))
        {
            return true;
        }

        var count = Interlocked.Increment(ref _damaged);

        // Powers of two: a broken disk would say it for every look-up.
        if (BitOperations.IsPow2(count))
        {
            IndexLog.RecordDamaged(_logger, _name, count);
        }

        value = default;
        return false;
    }

    private Lock StripeOf(in IndexKey key) => _stripes[(int)(key.Fold % StripeCount)];

    private static long PowerOfTwoBelow(long value) => 1L << BitOperations.Log2((ulong)value);
}
