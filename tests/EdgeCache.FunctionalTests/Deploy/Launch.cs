namespace EdgeCache.FunctionalTests.Deploy;

/// <summary>A way in which a shipped file starts the program.</summary>
/// <param name="Source">The file, and the part of it where there are several.</param>
/// <param name="Arguments">What follows the program's name.</param>
/// <param name="Environment">The variables that are set, those of the image included where it runs in one.</param>
/// <param name="Configuration">The text of the file that <c>--config</c> names; null where it names none.</param>
internal sealed record Launch(
    string Source, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string? Configuration)
{
    public override string ToString() => Source;
}
