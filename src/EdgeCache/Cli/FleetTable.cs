using System.Globalization;
using System.Text;
using EdgeCache.Admin;
using EdgeCache.Configuration;

namespace EdgeCache.Cli;

/// <summary>The fleet's overview as a table for people. Pure.</summary>
internal static class FleetTable
{
    private static readonly string[] Head = ["NODE", "STATE", "WEIGHT", "REQ/S", "SENT/S", "HITS", "HIT BYTES", "STORED", "OBJECTS", "FILLS", "VERSION"];

    /// <param name="interval">Between the two; what was served in it is the load.</param>
    public static string Of(FleetOverview before, FleetOverview after, TimeSpan interval)
    {
        var rows = after.Members.Select(member => RowOf(member, before.Members.FirstOrDefault(old => old.Name == member.Name)?.Status, interval)).Prepend(Head).ToArray();
        var widths = Head.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.AppendLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }

        if (after.Ranking.Count > 0)
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"home: {after.Ranking[0]}");
            foreach (var next in after.Ranking.Skip(1))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"then: {next}");
            }
        }

        return text.ToString();
    }

    private static string[] RowOf(FleetMember member, NodeStatus? before, TimeSpan interval)
    {
        var name = member.IsSelf ? member.Name + " (asked)" : member.Name;
        var weight = member.Weight.ToString(CultureInfo.InvariantCulture);
        if (member.Status is not { } now)
        {
            return [name, member.State, weight, .. Enumerable.Repeat("-", Head.Length - 3)];
        }

        var (clients, earlier) = (now.Clients, before?.Clients ?? now.Clients);
        return
        [
            name,
            now.IsDraining ? "Draining" : member.State,
            weight,
            ((clients.Requests - earlier.Requests) / interval.TotalSeconds).ToString("0", CultureInfo.InvariantCulture),
            ByteSize.Round((long)((clients.SentBytes - earlier.SentBytes) / interval.TotalSeconds)),
            Share(clients.Hits, clients.Requests),
            Share(clients.HitBytes, clients.SentBytes),
            $"{ByteSize.Round(now.StoredBytes)} of {ByteSize.Round(now.LimitBytes)}",
            now.Objects.ToString(CultureInfo.InvariantCulture),
            now.Fills.ToString(CultureInfo.InvariantCulture),
            now.Version,
        ];
    }

    private static string Share(long part, long whole) =>
        whole == 0 ? "-" : (100.0 * part / whole).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
