using System.Globalization;
using System.Text.Json;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// The cache folder itself: created where it is missing, of a known layout, and held by one node at a time. Owned by the store;
/// disposing it lets another node in.
/// </summary>
public sealed class CacheFolder : IDisposable
{
    /// <summary>The layout this version writes. A folder of another layout is refused, never converted silently.</summary>
    public const int LayoutVersion = 1;

    private readonly FileStream _lock;

    private CacheFolder(BlobPaths paths, FileStream @lock)
    {
        Paths = paths;
        _lock = @lock;
    }

    public BlobPaths Paths { get; }

    /// <summary>Takes the folder.</summary>
    /// <exception cref="CacheFolderException">It is in use, of another layout, or cannot be written; the message says which.</exception>
    public static CacheFolder Open(string root)
    {
        var paths = new BlobPaths(root);
        FileStream? held = null;
        try
        {
            Directory.CreateDirectory(paths.Root);
            held = TakeLock(paths);
            CheckLayout(paths);
            CreateFolders(paths);
            return new CacheFolder(paths, held);
        }
        catch (Exception error)
        {
            held?.Dispose();
            if (error is IOException or UnauthorizedAccessException)
            {
                throw new CacheFolderException($"The cache folder {paths.Root} cannot be used: {error.Message}", error);
            }

            throw;
        }
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream TakeLock(BlobPaths paths)
    {
        FileStream held;
        try
        {
            held = new FileStream(paths.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (File.Exists(paths.Lock))
        {
            throw new CacheFolderException($"The cache folder {paths.Root} is in use by another node ({ReadOwner(paths)}).", error);
        }

        var owner = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}");
        File.WriteAllText(paths.Owner, owner);
        return held;
    }

    /// <summary>Who wrote its name last; only for the message, the lock alone decides.</summary>
    private static string ReadOwner(BlobPaths paths)
    {
        try
        {
            return File.ReadAllText(paths.Owner);
        }
        catch (IOException)
        {
            return "unknown";
        }
    }

    private static void CheckLayout(BlobPaths paths)
    {
        if (!File.Exists(paths.Layout))
        {
            RefuseForeignFolder(paths);
            WriteDurably(paths.Layout, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, int> { ["layout"] = LayoutVersion }));
            return;
        }

        var found = ReadLayout(paths.Layout);
        if (found != LayoutVersion)
        {
            throw new CacheFolderException(
                $"The cache folder {paths.Root} has layout {found}; this version reads layout {LayoutVersion}. Choose another folder, or delete this one.");
        }
    }

    /// <summary>A folder with something else in it is somebody's data, not an empty cache.</summary>
    private static void RefuseForeignFolder(BlobPaths paths)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(paths.Root))
        {
            if (entry != paths.Lock && entry != paths.Owner && Path.GetFileName(entry) is not "lost+found")
            {
                throw new CacheFolderException(
                    $"The folder {paths.Root} is not empty and is no cache of EdgeCache (it holds {Path.GetFileName(entry)}). Choose another folder.");
            }
        }
    }

    private static int ReadLayout(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.GetProperty("layout").GetInt32();
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new CacheFolderException($"{path} is damaged: {error.Message}", error);
        }
    }

    private static void CreateFolders(BlobPaths paths)
    {
        Directory.CreateDirectory(paths.Temporary);
        Directory.CreateDirectory(paths.Index);
        foreach (var folder in paths.AlgorithmFolders())
        {
            Directory.CreateDirectory(folder);
        }

        foreach (var pool in Enum.GetValues<BlobPool>())
        {
            Durability.SyncFolder(paths.Pool(pool));
        }

        Durability.SyncFolder(paths.Root);
    }

    private static void WriteDurably(string path, byte[] content)
    {
        var temporary = path + ".new";
        using (var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, content, 0);
            Durability.SyncFile(file);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
