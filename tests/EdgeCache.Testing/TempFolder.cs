namespace EdgeCache.Testing;

/// <summary>A folder of its own under the system's temporary folder, deleted with all it holds when disposed. Not for concurrent disposal.</summary>
public sealed class TempFolder : IDisposable
{
    public TempFolder() => Path = Directory.CreateTempSubdirectory("edgecache-test-").FullName;

    public string Path { get; }

    /// <summary>A path within the folder; nothing is created.</summary>
    public string Combine(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>A folder within it, created.</summary>
    public string CreateFolder(params ReadOnlySpan<string> parts) => Directory.CreateDirectory(Combine(parts)).FullName;

    /// <summary>Writes a text file; folders on the way are created. Gives its path.</summary>
    public string Write(string relativePath, string text)
    {
        var path = Combine(relativePath);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path) ?? Path);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>All files below, as paths relative to the folder, in ordinal order.</summary>
    public IReadOnlyList<string> ListFiles(string pattern = "*") =>
        [.. Directory.EnumerateFiles(Path, pattern, SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Path, file))
            .Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // A test may delete or move its own folder.
        }
    }
}
