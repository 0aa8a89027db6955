using EdgeCache.Configuration;

namespace EdgeCache.FunctionalTests.Deploy;

/// <summary>
/// Keys and verbs that the shipped files name and that the program gets with the fleet: made at the same time as these files. Empty once all
/// of it is there, which a test demands; then <see cref="LaunchFiles.Read"/> takes the rules of the balancer for its verb.
/// </summary>
internal static class ComingWithTheFleet
{
    public static IReadOnlyList<string> Sections { get; } = ["Redis", "Balancer"];

    public static IReadOnlyList<string> Verbs { get; } = ["balancer"];

    /// <summary>Whether it is an error for a node only, and the verb, which has rules of its own, is to come.</summary>
    public static bool Explains(Launch launch, OptionError error) =>
        launch.Arguments.Count > 0 && Verbs.Contains(launch.Arguments[0]) && error.Key == $"{OptionsSchema.Section}:Fleet:Self";

    public static bool IsOne(string? key) => Sections.Any(section => key?.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase) == true);
}
