using System.Globalization;
using EdgeCache.Configuration;

namespace EdgeCache.Hosting;

/// <summary>
/// How the file descriptors that the system allows this process are shared out, where they are few: a node that runs out of them refuses everybody, one that
/// knows refuses those it has none for. Pure, but for <see cref="ReadLimit"/>.
/// </summary>
/// <param name="MaxConnections">Clients' connections that are served.</param>
/// <param name="MaxRefusals">Those beyond them that are told to come again.</param>
/// <param name="MaxConcurrentFills">Each has a file, that once more to ask the disk by, its end in memory, and an upstream's connection.</param>
/// <param name="MaxKeptFiles">Files that stay open between readers.</param>
internal sealed record DescriptorPlan(int MaxConnections, int MaxRefusals, int MaxConcurrentFills, int MaxKeptFiles)
{
    /// <summary>What the runtime, the index, the listeners and the log have: some 150, measured, and room for more.</summary>
    private const int Reserved = 256;

    /// <summary>Enough that those who hear it make room for the next: a client that takes its refusal has it within a millisecond.</summary>
    private const int MostRefusals = 64;

    /// <summary>Connections of every kind, among them as many again as are refused that are closed without a word, and those of the operator.</summary>
    public int MaxSockets => MaxConnections + (2 * MaxRefusals);

    /// <param name="limit">How many descriptors there may be; null where nobody says.</param>
    /// <param name="maxKeptFiles">What is wanted of these.</param>
    public static DescriptorPlan For(int? limit, LimitOptions limits, int maxKeptFiles)
    {
        if (limit is not { } all)
        {
            return new DescriptorPlan(limits.MaxConnections, MostRefusals, limits.MaxConcurrentFills, maxKeptFiles);
        }

        // A sixth each goes to what is kept open and to fills, four descriptors each. Files that clients read are shared between them, so that the rest is theirs.
        var shared = Math.Max(all - Reserved, 64);
        var sockets = shared / 5 * 3;
        var refusals = Math.Min(sockets / 10, MostRefusals);
        return new DescriptorPlan(
            Math.Min(limits.MaxConnections, sockets - (2 * refusals)),
            refusals,
            Math.Min(limits.MaxConcurrentFills, Math.Max(shared / 24, 3)),
            Math.Min(maxKeptFiles, shared / 6));
    }

    /// <summary>The limit of this process; null where there is none, or the system does not say (it does on Linux).</summary>
    public static int? ReadLimit()
    {
        const string Name = "Max open files";
        try
        {
            var line = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
            var soft = line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var first, ..] ? first : null;
            return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
