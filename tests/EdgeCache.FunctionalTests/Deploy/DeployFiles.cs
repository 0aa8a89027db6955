namespace EdgeCache.FunctionalTests.Deploy;

/// <summary>The files under deploy/, and the top, of the sources that these tests were built from.</summary>
internal static class DeployFiles
{
    /// <summary>The top of the sources.</summary>
    public static string Root { get; } = FindRoot();

    public static string PathOf(string file) => Path.Combine(Root, "deploy", file);

    public static string Read(string file) => File.ReadAllText(PathOf(file));

    public static string ReadDockerfile() => File.ReadAllText(Path.Combine(Root, "Dockerfile"));

    /// <summary>All that is shipped for running it: what is below deploy/ and the Dockerfile, by their full paths.</summary>
    public static IReadOnlyList<string> ListAll() =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, "deploy"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal), Path.Combine(Root, "Dockerfile")];

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EdgeCache.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No EdgeCache.sln above {AppContext.BaseDirectory}.");
    }
}
