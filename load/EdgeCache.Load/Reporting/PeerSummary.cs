using EdgeCache.Load.Scenarios.Cells;

namespace EdgeCache.Load.Reporting;

/// <summary>
/// The figures of <c>peers</c> as one short table, for README: a row for each kind of cell, with the values of its numbers of connections side by side. Pure.
/// </summary>
/// <param name="ours">The server whose ratio to the first of the others is shown.</param>
/// <param name="servers">All, in the order of the columns.</param>
internal sealed class PeerSummary(string ours, IReadOnlyList<string> servers, IReadOnlyList<PeerRow> rows)
{
    private const string Between = " / ";

    public override string ToString()
    {
        var shown = rows.Where(row => row.Kind == FigureKind.Headline || (row.Kind == FigureKind.Memory && IsOfClients(row))).ToList();
        var present = servers.Where(server => shown.Any(row => row.Servers.ContainsKey(server))).ToList();
        var peer = present.Find(server => server != ours);
        List<string> columns = ["scenario", "figure", .. present];
        if (peer is not null)
        {
            columns.AddRange([$"{ours} : {peer}", $"CPU, {ours} : {peer}"]);
        }

        var table = new MarkdownTable([.. columns]);
        var costs = rows.Where(row => row.Kind == FigureKind.Cpu).DistinctBy(row => row.Cell).ToDictionary(row => row.Cell);
        foreach (var group in shown.GroupBy(row => (Kind: row.Cell.Split('/')[0], row.Figure)))
        {
            List<PeerRow> cells = [.. group];
            List<string> line = [NameOf(group.Key.Kind, cells), $"{group.Key.Figure} {(cells[0].IsMoreBetter ? '↑' : '↓')}"];
            line.AddRange(present.Select(server => Join(cells, row => ValueOf(row, server))));
            if (peer is not null)
            {
                line.Add(Join(cells, row => RatioOf(row, peer)));
                line.Add(Join(cells, row => row.Kind == FigureKind.Headline && costs.TryGetValue(row.Cell, out var cost) ? RatioOf(cost, peer) : null));
            }

            table.Add([.. line]);
        }

        return table.ToString();
    }

    /// <summary>Memory for each client says something of a scenario; that of the whole server stands in the long tables.</summary>
    private static bool IsOfClients(PeerRow row) => row.Cell.StartsWith("slow-", StringComparison.Ordinal);

    private static string NameOf(string kind, List<PeerRow> cells)
    {
        var connections = cells.Select(row => row.Cell.Split('/')).Where(parts => parts.Length > 1).Select(parts => parts[1]).ToList();
        return connections.Count == 0 ? kind : $"{kind}, {string.Join(Between, connections)}";
    }

    private static string Join(List<PeerRow> cells, Func<PeerRow, string?> text) =>
        cells.Select(text).ToList() is var texts && texts.Exists(one => one is not null) ? string.Join(Between, texts.Select(one => one ?? Units.Unknown)) : Units.Unknown;

    private static string? ValueOf(PeerRow row, string server) => row.Servers.TryGetValue(server, out var spread) ? PeerReport.Value(spread.Median) : null;

    private static string? RatioOf(PeerRow row, string peer) => row.Ratios.TryGetValue(peer, out var ratio) ? PeerReport.Ratio(ratio.Median) : null;
}
