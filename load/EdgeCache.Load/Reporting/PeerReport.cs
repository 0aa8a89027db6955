using System.Text;
using EdgeCache.Load.Peers;
using EdgeCache.Load.Scenarios.Cells;

namespace EdgeCache.Load.Reporting;

/// <summary>The tables of <c>peers</c>: rates and times, processor time, memory; then what was wrong. Pure.</summary>
/// <param name="ours">The server whose ratio to each other one is shown.</param>
/// <param name="servers">All, in the order of the columns.</param>
internal sealed class PeerReport(string ours, IReadOnlyList<string> servers, IReadOnlyList<PeerRow> rows)
{
    /// <summary>Mark values whose explanation stands below the tables.</summary>
    private const string ProblemMark = "(!)";
    private const string NoteMark = "(c)";

    public override string ToString()
    {
        var text = new StringBuilder();
        var headlines = rows.Where(row => row.Kind == FigureKind.Headline).ToLookup(row => row.Servers.ContainsKey(PeerServer.OriginName));
        Append(text, "Hits: rates and times", headlines[false]);
        Append(text, "Misses, beside the origin itself", headlines[true]);
        Append(text, "Processor time of the server", rows.Where(row => row.Kind == FigureKind.Cpu));
        Append(text, "Memory of the server's processes", rows.Where(row => row.Kind == FigureKind.Memory));
        AppendTexts(text, ProblemMark, row => row.Problems);
        AppendTexts(text, NoteMark, row => row.Notes);
        return text.ToString();
    }

    private void Append(StringBuilder text, string title, IEnumerable<PeerRow> rowsOfTable)
    {
        var chosen = rowsOfTable.ToList();
        if (chosen.Count == 0)
        {
            return;
        }

        var present = servers.Where(server => chosen.Any(row => row.Servers.ContainsKey(server) || row.Problems.ContainsKey(server))).ToList();
        var peers = present.Where(server => server != ours).ToList();

        // The cost stands beside the rate: a ratio of speeds alone hides what it was bought with. A few misses cost less than its clock can tell.
        var costs = chosen[0].Kind == FigureKind.Headline && peers.Count > 0 && !present.Contains(PeerServer.OriginName)
            ? rows.Where(row => row.Kind == FigureKind.Cpu).DistinctBy(row => row.Cell).ToDictionary(row => row.Cell)
            : [];
        List<string> columns = ["scenario", "figure", .. present, .. peers.Select(peer => $"ours : {peer}")];
        if (costs.Count > 0)
        {
            columns.Add($"CPU ours : {peers[0]}");
        }

        var table = new MarkdownTable([.. columns]);
        foreach (var row in chosen)
        {
            List<string> cells =
                [row.Cell, $"{row.Figure} {(row.IsMoreBetter ? '↑' : '↓')}", .. present.Select(server => Show(row, server)), .. peers.Select(peer => ShowRatio(row, peer))];
            if (costs.Count > 0)
            {
                cells.Add(costs.TryGetValue(row.Cell, out var cost) ? ShowRatio(cost, peers[0]) : Units.Unknown);
            }

            table.Add([.. cells]);
        }

        text.Append(title).Append(":\n\n").Append(table).Append('\n');
    }

    private void AppendTexts(StringBuilder text, string mark, Func<PeerRow, IReadOnlyDictionary<string, string>> texts)
    {
        foreach (var row in rows.DistinctBy(row => row.Cell))
        {
            foreach (var (server, said) in texts(row))
            {
                text.Append(mark).Append(' ').Append(row.Cell).Append(", ").Append(server).Append(": ").Append(said).Append('\n');
            }
        }
    }

    private static string Show(PeerRow row, string server) =>
        (row.Servers.TryGetValue(server, out var spread) ? Value(spread.Median) : Units.Unknown)
        + (row.Problems.ContainsKey(server) ? $" {ProblemMark}" : string.Empty)
        + (row.IsMoreBetter && row.Notes.ContainsKey(server) ? $" {NoteMark}" : string.Empty);

    /// <summary>The median, and the least and the greatest of the rounds where there are several.</summary>
    private static string ShowRatio(PeerRow row, string peer) => !row.Ratios.TryGetValue(peer, out var ratio) ? Units.Unknown
        : ratio.Min < ratio.Max ? $"{Ratio(ratio.Median)} ({Ratio(ratio.Min)}–{Ratio(ratio.Max)})"
        : Ratio(ratio.Median);

    internal static string Ratio(double ratio) => Units.Number(ratio, ratio < 10 ? "0.00" : "0.0");

    /// <summary>Three digits or more.</summary>
    internal static string Value(double value) => Units.Number(value, value switch { < 1 => "0.000", < 10 => "0.00", < 100 => "0.0", _ => "0" });
}
