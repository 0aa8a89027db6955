namespace EdgeCache.Testing.RealPrograms;

/// <summary>Where the programs of the machine are.</summary>
public static class RealProgram
{
    // A user's PATH often leaves these out, and daemons live there.
    private static readonly string[] FurtherFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

    /// <summary>The program's full path; null where it is not installed.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Concat(FurtherFolders)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    /// <exception cref="FileNotFoundException">It is not installed: the test lacks its attribute.</exception>
    public static string Require(string name) => Find(name) ?? throw new FileNotFoundException($"The program '{name}' is not installed.");

    /// <summary>Why a test that needs these programs is skipped; null where all of them are there.</summary>
    public static string? ExplainSkip(IEnumerable<string> names)
    {
        var missing = names.Where(name => Find(name) is null).ToList();
        return missing.Count == 0 ? null : $"Not installed: {string.Join(", ", missing)}.";
    }
}
