namespace EdgeCache.Load.Scenarios;

/// <summary>When one client had the first byte of a body, and all of it; counted from the common start.</summary>
/// <param name="Bytes">Of the body.</param>
/// <param name="IsWhole">A whole 200.</param>
internal readonly record struct PullTimes(TimeSpan FirstByte, TimeSpan Total, long Bytes, bool IsWhole);
