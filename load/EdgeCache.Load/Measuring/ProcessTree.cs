using System.Globalization;

namespace EdgeCache.Load.Measuring;

/// <summary>What a process and its descendants use, from <c>/proc</c>: nginx's workers and Varnish's child do the work, not their parents. Safe for concurrent use.</summary>
internal static class ProcessTree
{
    /// <summary>USER_HZ, the unit of times in <c>/proc</c>: 100 on every architecture that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>User and system time of all of them, with what ended children of the root have left to it.</summary>
    public static TimeSpan ReadCpu(int rootId)
    {
        var tree = Read(rootId);
        var ticks = tree.Sum(process => process.OwnTicks) + tree.Where(process => process.Id == rootId).Sum(process => process.ChildTicks);
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    public static MemoryUsage ReadMemory(int rootId)
    {
        var (resident, proportional) = (0L, 0L);
        foreach (var process in Read(rootId))
        {
            foreach (var line in ReadLines($"/proc/{process.Id}/smaps_rollup"))
            {
                resident += KibibytesOf(line, "Rss:") << 10;
                proportional += KibibytesOf(line, "Pss:") << 10;
            }
        }

        return new MemoryUsage(resident, proportional);
    }

    /// <summary>Parses a line of <c>/proc/PID/stat</c> (proc(5)); null for what is none.</summary>
    internal static ProcessStat? ParseStat(string line)
    {
        // The second field is the program's name in parentheses, and may itself have spaces and parentheses.
        var (open, close) = (line.IndexOf('('), line.LastIndexOf(')'));
        if (open < 1 || close < open || line[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is not { Length: > 14 } fields)
        {
            return null;
        }

        // Fields 4, 14 to 17 of the manual page: what is here begins with its third.
        return new ProcessStat(Parse(line[..(open - 1)]), Parse(fields[1]), Parse(fields[11]) + Parse(fields[12]), Parse(fields[13]) + Parse(fields[14]));
    }

    private static List<ProcessStat> Read(int rootId)
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]))
            .SelectMany(folder => ReadLines($"{folder}/stat"))
            .Select(ParseStat)
            .OfType<ProcessStat>()
            .ToLookup(process => process.ParentId);
        var tree = all.SelectMany(group => group).Where(process => process.Id == rootId).ToList();
        for (var index = 0; index < tree.Count; index++)
        {
            tree.AddRange(all[tree[index].Id]);
        }

        return tree;
    }

    /// <summary>Nothing where the process has ended meanwhile.</summary>
    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static long KibibytesOf(string line, string name) =>
        line.StartsWith(name, StringComparison.Ordinal) ? Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) : 0;

    private static long Parse(string digits) => long.Parse(digits, CultureInfo.InvariantCulture);
}
