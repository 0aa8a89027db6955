using System.Text;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Scenarios.Cells;

namespace EdgeCache.Load.Reporting;

/// <summary>The tables of <c>peers</c>: rates and times, processor time, memory; then what was wrong. Pure.</summary>
/// <param name="ours">The server whose ratio to each other one is shown.</param>
/// <param name="servers">All, in the order of the columns.</param>
internal sealed class PeerReport(string ours, IReadOnlyList<string> servers, IReadOnlyList<PeerRow> rows)
{
    /// <summary>Marks a value whose reason stands below the tables.</summary>
    private const string Mark = "(!)";

    private readonly List<string> _peers = [.. servers.Where(server => server != ours)];

    public override string ToString()
    {
        var text = new StringBuilder();
        Append(text, FigureKind.Headline, "Rates and times");
        Append(text, FigureKind.Cpu, "Processor time of the server");
        Append(text, FigureKind.Memory, "Memory of the server's processes");
        AppendProblems(text);
        return text.ToString();
    }

    private void Append(StringBuilder text, FigureKind kind, string title)
    {
        var chosen = rows.Where(row => row.Kind == kind).ToList();
        if (chosen.Count == 0)
        {
            return;
        }

        // The cost stands beside the rate, too: a ratio of speeds alone hides what it was bought with.
        var costs = kind == FigureKind.Headline && _peers.Count > 0
            ? rows.Where(row => row.Kind == FigureKind.Cpu).DistinctBy(row => row.Cell).ToDictionary(row => row.Cell)
            : [];
        List<string> columns = ["scenario", "figure", .. servers, .. _peers.SelectMany(peer => (string[])[$"ours : {peer}", "min–max"])];
        if (costs.Count > 0)
        {
            columns.Add($"CPU ours : {_peers[0]}");
        }

        var table = new MarkdownTable([.. columns]);
        foreach (var row in chosen)
        {
            List<string> cells = [row.Cell, $"{row.Figure} {(row.IsMoreBetter ? '↑' : '↓')}", .. servers.Select(server => Show(row, server)), .. _peers.SelectMany(peer => ShowRatio(row, peer))];
            if (costs.Count > 0)
            {
                cells.Add(costs.TryGetValue(row.Cell, out var cost) && cost.Ratios.TryGetValue(_peers[0], out var ratio) ? Ratio(ratio.Median) : Units.Unknown);
            }

            table.Add([.. cells]);
        }

        text.Append(title).Append(":\n\n").Append(table).Append('\n');
    }

    private void AppendProblems(StringBuilder text)
    {
        foreach (var row in rows.DistinctBy(row => row.Cell))
        {
            foreach (var (server, problem) in row.Problems)
            {
                text.Append(Mark).Append(' ').Append(row.Cell).Append(", ").Append(server).Append(": ").Append(problem).Append('\n');
            }
        }
    }

    private static string Show(PeerRow row, string server) =>
        (row.Servers.TryGetValue(server, out var spread) ? Value(spread.Median) : Units.Unknown) + (row.Problems.ContainsKey(server) ? $" {Mark}" : string.Empty);

    private static string[] ShowRatio(PeerRow row, string peer) => row.Ratios.TryGetValue(peer, out RoundSpread ratio)
        ? [Ratio(ratio.Median), $"{Ratio(ratio.Min)}–{Ratio(ratio.Max)}"]
        : [Units.Unknown, Units.Unknown];

    private static string Ratio(double ratio) => Units.Number(ratio, ratio < 10 ? "0.00" : "0.0");

    /// <summary>Three digits or more.</summary>
    private static string Value(double value) => Units.Number(value, value switch { < 1 => "0.000", < 10 => "0.00", < 100 => "0.0", _ => "0" });
}
