namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>The files under deploy/ of the sources that these tests were built from.</summary>
internal static class DeployFiles
{
    private static readonly string Root = FindRoot();

    public static string PathOf(string file) => Path.Combine(Root, "deploy", file);

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
