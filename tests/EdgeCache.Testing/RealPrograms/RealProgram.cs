namespace EdgeCache.Testing.RealPrograms;

/// <summary>Where the programs of the machine are.</summary>
public static class RealProgram
{
    // A user's PATH often leaves these out, and daemons live there.
    private static readonly string[] FurtherFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

    // Daemons that unpack files of other owners, and start for root only; buildah mounts folders of the machine into its steps.
    private static readonly string[] RootPrograms = [ContainerdClient.Program, DockerdClient.Program, "buildah"];

    /// <summary>The program's full path; null where it is not installed.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Concat(FurtherFolders)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    /// <exception cref="FileNotFoundException">It is not installed: the test lacks its attribute.</exception>
    public static string Require(string name) => Find(name) ?? throw new FileNotFoundException($"The program '{name}' is not installed.");

    /// <summary>Why a test that needs these programs is skipped; null where all of them are there and may be run.</summary>
    public static string? ExplainSkip(IEnumerable<string> names) => ExplainSkip(names, Environment.IsPrivilegedProcess);

    internal static string? ExplainSkip(IEnumerable<string> names, bool isRoot)
    {
        var wanted = names.ToList();
        var missing = wanted.Where(name => Find(name) is null).ToList();
        if (missing.Count > 0)
        {
            return $"Not installed: {string.Join(", ", missing)}.";
        }

        var forbidden = isRoot ? [] : wanted.Intersect(RootPrograms).ToList();
        return forbidden.Count == 0 ? null : $"Needs root: {string.Join(", ", forbidden)}.";
    }
}
