namespace EdgeCache.Core.Eviction;

/// <summary>How full a pool is, and what was evicted from it since the start: a snapshot whose parts were not read at one moment.</summary>
/// <param name="UsedBytes">Of the objects it holds.</param>
/// <param name="ReservedBytes">For fills in progress.</param>
/// <param name="DoomedBytes">Of files that are unlinked but still read.</param>
/// <param name="BusyVictims">How often a victim stayed because it was in use.</param>
/// <param name="FailedVictims">How often a victim could not be removed.</param>
public readonly record struct PoolUsage(
    long LimitBytes,
    long UsedBytes,
    long ReservedBytes,
    long DoomedBytes,
    int Objects,
    long EvictedObjects,
    long EvictedBytes,
    long BusyVictims,
    long FailedVictims);
