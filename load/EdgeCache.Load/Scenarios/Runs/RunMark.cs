namespace EdgeCache.Load.Scenarios.Runs;

/// <summary>Something that happened in a run, from its start on.</summary>
internal sealed record RunMark(TimeSpan At, string Name);
