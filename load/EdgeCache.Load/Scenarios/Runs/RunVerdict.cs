namespace EdgeCache.Load.Scenarios.Runs;

/// <summary>One thing that a run must show.</summary>
/// <param name="IsGood">Null where it could not be judged.</param>
/// <param name="Text">What was seen, with its rule.</param>
internal sealed record RunVerdict(string Name, bool? IsGood, string Text);
