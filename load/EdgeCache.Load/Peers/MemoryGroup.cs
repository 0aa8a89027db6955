using System.Globalization;

namespace EdgeCache.Load.Peers;

/// <summary>
/// A memory cgroup, below the driver's own, in which one server and the page cache of its files are held to a limit. Disposal removes it; its
/// processes must have ended. Version 1, or version 2 where the driver's group may have children with a limit.
/// </summary>
internal sealed class MemoryGroup : IDisposable
{
    private const string Root = "/sys/fs/cgroup";
    private const int MaxRemovals = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly string _folder;

    private MemoryGroup(string folder) => _folder = folder;

    /// <summary>What comes before a command so that it runs in the group, with all its children and from its first page on.</summary>
    public IReadOnlyList<string> Launcher => ["sh", "-c", "echo $$ > \"$0\" && exec \"$@\"", Path.Combine(_folder, "cgroup.procs")];

    /// <summary>Null where none can be made; then the obstacle says why.</summary>
    public static MemoryGroup? TryCreate(string name, long limitBytes, out string obstacle)
    {
        obstacle = string.Empty;
        var groups = File.Exists("/proc/self/cgroup") ? File.ReadAllLines("/proc/self/cgroup") : [];
        var (parent, limitFile) = FindParent(groups);
        var folder = Path.Combine(parent, name);
        if (!Directory.Exists(parent))
        {
            obstacle = $"no memory cgroup at {parent}";
            return null;
        }

        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, limitFile), limitBytes.ToString(CultureInfo.InvariantCulture));
            return new MemoryGroup(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            obstacle = $"no memory cgroup below {parent}: {error.Message}";
            TryRemove(folder);
            return null;
        }
    }

    public void Dispose()
    {
        // A process that was waited for leaves its group a moment later.
        for (var attempt = 0; attempt < MaxRemovals && !TryRemove(_folder); attempt++)
        {
            Thread.Sleep(Pause);
        }
    }

    /// <summary>The driver's own group, and the name of the file of the limit; lines as in cgroups(7).</summary>
    internal static (string Parent, string LimitFile) FindParent(IReadOnlyList<string> groups)
    {
        var own = groups.Select(line => line.Split(':', 3)).Where(parts => parts.Length == 3).ToList();
        return own.FirstOrDefault(parts => parts[1].Split(',').Contains("memory")) is { } first
            ? ($"{Root}/memory{first[2].TrimEnd('/')}", "memory.limit_in_bytes")
            : ($"{Root}{own.FirstOrDefault(parts => parts[0] == "0")?[2].TrimEnd('/')}", "memory.max");
    }

    private static bool TryRemove(string folder)
    {
        try
        {
            // Its files are the kernel's: rmdir(2) takes them along, a recursive deletion would fail on them.
            Directory.Delete(folder);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
