namespace EdgeCache.Load.Measuring;

/// <summary>What <c>/proc/PID/stat</c> says of one process.</summary>
/// <param name="OwnTicks">User and system time.</param>
/// <param name="ChildTicks">The same of its children that have ended.</param>
internal sealed record ProcessStat(long Id, long ParentId, long OwnTicks, long ChildTicks);
