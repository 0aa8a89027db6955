namespace EdgeCache.Core.Store;

/// <summary>How far a check of everything that is stored has come.</summary>
/// <param name="Objects">Checked.</param>
/// <param name="TotalObjects">Stored when it began; what comes and goes meanwhile may make it a little wrong.</param>
/// <param name="Damaged">Set aside.</param>
/// <param name="Unknown">Nobody could tell.</param>
public readonly record struct ScrubProgress(long Objects, long Bytes, long TotalObjects, long TotalBytes, long Damaged, long Unknown, bool IsEnded);
