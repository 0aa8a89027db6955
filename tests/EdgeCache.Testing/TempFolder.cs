namespace EdgeCache.Testing;

/// <summary>A folder of its own under the system's temporary folder, deleted with all it holds when disposed. Not for concurrent disposal.</summary>
public sealed class TempFolder : IDisposable
{
    private const UnixFileMode FullAccess = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const string Prefix = "edgecache-test-";

    /// <summary>Linux's file system in memory.</summary>
    private const string Memory = "/dev/shm";

    public TempFolder()
        : this(Directory.CreateTempSubdirectory(Prefix).FullName)
    {
    }

    private TempFolder(string path) => Path = path;

    /// <summary>A folder whose files are in memory where the system has such: for many that live shortly, and where no disk is to be waited for.</summary>
    public static TempFolder InMemory() =>
        Directory.Exists(Memory) ? new TempFolder(Directory.CreateDirectory(System.IO.Path.Combine(Memory, $"{Prefix}{Guid.NewGuid():n}")).FullName) : new TempFolder();

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
            AllowDeletion();
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // A test may delete or move its own folder.
        }
    }

    // An unpacked image has folders that only root may write, whoever owns them.
    private void AllowDeletion()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            return;
        }

        // One level at a time: a folder without the right to read it cannot be enumerated before.
        var folders = new Stack<string>([Path]);
        while (folders.TryPop(out var folder))
        {
            var mode = File.GetUnixFileMode(folder);
            if ((mode & FullAccess) != FullAccess)
            {
                File.SetUnixFileMode(folder, mode | FullAccess);
            }

            foreach (var child in new DirectoryInfo(folder).EnumerateDirectories().Where(child => child.LinkTarget is null))
            {
                folders.Push(child.FullName);
            }
        }
    }
}
