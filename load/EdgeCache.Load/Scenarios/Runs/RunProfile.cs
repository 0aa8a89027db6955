namespace EdgeCache.Load.Scenarios.Runs;

/// <summary>A scenario that can be asked for by name.</summary>
/// <param name="Meaning">In one sentence, for the help.</param>
/// <param name="Events">In the order of their times.</param>
internal sealed record RunProfile(string Meaning, RunSettings Settings, params IReadOnlyList<RunEvent> Events)
{
    public string Name => Settings.Scenario;
}
