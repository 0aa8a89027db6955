using System.Globalization;

namespace EdgeCache.Load.Measuring;

/// <summary>How many files processes have open and may have open: a connection is one.</summary>
internal static class OpenFiles
{
    private const string Limits = "/proc/self/limits";

    /// <summary>What else a process has open.</summary>
    private const int FurtherFiles = 500;

    /// <summary>Why so many connections cannot be; null where they can, or nothing is known.</summary>
    public static string? Explain(int connections)
    {
        var limit = File.Exists(Limits) ? ParseLimit(File.ReadLines(Limits)) : null;
        return limit < connections + FurtherFiles
            ? $"{connections} connections need more open files than {limit}; raise the limit (ulimit -n {connections + FurtherFiles})."
            : null;
    }

    /// <summary>How many a process has open; 0 where it has ended.</summary>
    public static int Count(int processId)
    {
        try
        {
            return Directory.GetFileSystemEntries($"/proc/{processId}/fd").Length;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>The soft limit of a <c>/proc/PID/limits</c>; null where it has none.</summary>
    internal static long? ParseLimit(IEnumerable<string> lines)
    {
        const string name = "Max open files";
        var words = lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words is { Length: > 0 } && long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var soft) ? soft : null;
    }
}
