namespace EdgeCache.Core.Eviction;

/// <summary>One budget: a policy's objects, what is reserved and what is doomed, against a limit. Thread-safe; nothing blocks. Owned by <see cref="Evictor"/>.</summary>
internal sealed class EvictionPool(IEvictionPolicy policy, EvictionOptions options)
{
    private long _limitBytes;
    private long _limitObjects = options.MaxObjects;
    private long _reservedBytes;
    private long _doomedBytes;
    private long _evictedObjects;
    private long _evictedBytes;
    private long _busyVictims;
    private long _failedVictims;

    public IEvictionPolicy Policy => policy;

    public long LimitBytes
    {
        get => Volatile.Read(ref _limitBytes);
        set => Volatile.Write(ref _limitBytes, value);
    }

    /// <summary>How many objects it may hold.</summary>
    public long LimitObjects
    {
        get => Volatile.Read(ref _limitObjects);
        set => Volatile.Write(ref _limitObjects, value);
    }

    /// <summary>What it takes of the disk: stored, reserved, and unlinked but still read.</summary>
    public long TakenBytes => policy.SizeBytes + Volatile.Read(ref _reservedBytes) + Volatile.Read(ref _doomedBytes);

    public bool IsAboveHigh => IsAbove(options.HighWatermark);

    public bool IsAboveLow => IsAbove(options.LowWatermark);

    public PoolUsage Usage => new(
        LimitBytes,
        policy.SizeBytes,
        Volatile.Read(ref _reservedBytes),
        Volatile.Read(ref _doomedBytes),
        policy.Count,
        Volatile.Read(ref _evictedObjects),
        Volatile.Read(ref _evictedBytes),
        Volatile.Read(ref _busyVictims),
        Volatile.Read(ref _failedVictims));

    /// <summary>Reserves where it fits beside what no eviction can free: other reservations and doomed files.</summary>
    public bool TryReserve(long sizeBytes)
    {
        var maxBytes = (long)(LimitBytes * options.HighWatermark) - Volatile.Read(ref _doomedBytes);
        if (sizeBytes < 0 || sizeBytes > maxBytes)
        {
            return false;
        }

        if (Interlocked.Add(ref _reservedBytes, sizeBytes) <= maxBytes)
        {
            return true;
        }

        Interlocked.Add(ref _reservedBytes, -sizeBytes);
        return false;
    }

    public void Release(long sizeBytes) => Interlocked.Add(ref _reservedBytes, -sizeBytes);

    public void Doom(long sizeBytes) => Interlocked.Add(ref _doomedBytes, sizeBytes);

    public void Released(long sizeBytes) => Interlocked.Add(ref _doomedBytes, -sizeBytes);

    /// <summary>Does what the outcome says with the victim; whether it left.</summary>
    public bool Settle(in Victim victim, VictimOutcome outcome)
    {
        switch (outcome)
        {
            case VictimOutcome.Removed or VictimOutcome.Doomed:
                if (outcome == VictimOutcome.Doomed)
                {
                    Doom(victim.SizeBytes);
                }

                policy.Confirm(in victim);
                Interlocked.Increment(ref _evictedObjects);
                Interlocked.Add(ref _evictedBytes, victim.SizeBytes);
                return true;
            case VictimOutcome.Busy:
                Interlocked.Increment(ref _busyVictims);
                break;
            default:
                Interlocked.Increment(ref _failedVictims);
                break;
        }

        policy.Return(in victim);
        return false;
    }

    private bool IsAbove(double watermark) =>
        TakenBytes > (long)(LimitBytes * watermark) || policy.Count > (long)(LimitObjects * watermark);
}
