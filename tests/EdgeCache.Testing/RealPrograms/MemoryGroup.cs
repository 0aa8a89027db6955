using System.Globalization;

namespace EdgeCache.Testing.RealPrograms;

/// <summary>
/// A memory cgroup, below the own one of who makes it, in which one process with its children and the page cache of its files are held to a limit. Disposal
/// removes it; its processes must have ended. Version 1, or version 2 where the own group may have children with a limit. Safe for concurrent use.
/// </summary>
internal sealed class MemoryGroup : IDisposable
{
    private const string Root = "/sys/fs/cgroup";
    private const int MaxRemovals = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly string _folder;
    private readonly MemoryGroupFiles _files;

    private MemoryGroup(string folder, MemoryGroupFiles files) => (_folder, _files) = (folder, files);

    /// <summary>What comes before a command so that it runs in the group, with all its children and from its first page on.</summary>
    public IReadOnlyList<string> Launcher => ["sh", "-c", "echo $$ > \"$0\" && exec \"$@\"", Path.Combine(_folder, "cgroup.procs")];

    /// <summary>How many of its processes the kernel has killed for want of memory.</summary>
    public long OutOfMemoryKills => ReadSum(_files.Events, ["oom_kill"]);

    /// <summary>What cannot be read again from a disk: the processes' own memory, and files in memory. In bytes.</summary>
    public long OwnBytes => ReadSum(_files.Statistics, _files.OwnMemory);

    /// <summary>Null where none can be made; then the obstacle says why.</summary>
    public static MemoryGroup? TryCreate(string name, long limitBytes, out string obstacle)
    {
        obstacle = string.Empty;
        var groups = File.Exists("/proc/self/cgroup") ? File.ReadAllLines("/proc/self/cgroup") : [];
        var (parent, files) = FindParent(groups);
        var folder = Path.Combine(parent, name);
        if (!Directory.Exists(parent))
        {
            obstacle = $"no memory cgroup at {parent}";
            return null;
        }

        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, files.Limit), limitBytes.ToString(CultureInfo.InvariantCulture));
            return new MemoryGroup(folder, files);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            obstacle = $"no memory cgroup below {parent}: {error.Message}";
            TryRemove(folder);
            return null;
        }
    }

    /// <summary>Why none can be made here; null where one can.</summary>
    public static string? ExplainSkip(long limitBytes)
    {
        using var probe = TryCreate($"edgecache-probe-{Guid.NewGuid():n}", limitBytes, out var obstacle);
        return probe is null ? obstacle : null;
    }

    /// <summary>The most that was charged to it at any time, page cache included; what is charged now where the kernel does not keep the most (before 5.19).</summary>
    public long ReadPeakBytes() => long.Parse(
        File.ReadAllText(new[] { _files.Peak, _files.Usage }.Select(name => Path.Combine(_folder, name)).First(File.Exists)), CultureInfo.InvariantCulture);

    public void Dispose()
    {
        // A process that was waited for leaves its group a moment later.
        for (var attempt = 0; attempt < MaxRemovals && !TryRemove(_folder); attempt++)
        {
            Thread.Sleep(Pause);
        }
    }

    /// <summary>The own group of who asks, and the names of a group's files; lines as in cgroups(7).</summary>
    internal static (string Parent, MemoryGroupFiles Files) FindParent(IReadOnlyList<string> groups)
    {
        var own = groups.Select(line => line.Split(':', 3)).Where(parts => parts.Length == 3).ToList();
        return own.FirstOrDefault(parts => parts[1].Split(',').Contains("memory")) is { } first
            ? ($"{Root}/memory{first[2].TrimEnd('/')}", MemoryGroupFiles.Version1)
            : ($"{Root}{own.FirstOrDefault(parts => parts[0] == "0")?[2].TrimEnd('/')}", MemoryGroupFiles.Version2);
    }

    /// <summary>The values of these keys in a file with a key and a value a line.</summary>
    private long ReadSum(string file, IReadOnlyList<string> keys) => File.ReadLines(Path.Combine(_folder, file))
        .Select(line => line.Split(' '))
        .Where(parts => keys.Contains(parts[0]))
        .Sum(parts => long.Parse(parts[1], CultureInfo.InvariantCulture));

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
