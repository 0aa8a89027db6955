using System.Text;
using EdgeCache.Load.Simulation;

namespace EdgeCache.Load.Reporting;

/// <summary>What a simulation gives, as tables: a row for each way to cache, a column for each capacity. Pure.</summary>
internal static class SimulationReport
{
    public static string Describe(TraceContent content) =>
        $"{content.Name}: {Describe(content.Blobs, "blobs")}, {Units.Bytes(content.Blobs.TotalBytes)} together; "
        + $"{Describe(content.Manifests, "manifests")}; {Units.Number(content.Others)} other requests.";

    /// <summary>By count for each kind, and by bytes where sizes differ.</summary>
    public static string Tables(IReadOnlyList<SimulationFigures> figures)
    {
        var text = new StringBuilder();
        foreach (var kind in figures.GroupBy(figure => figure.Kind))
        {
            Append(text, $"{kind.Key}, hit rate by count, %", [.. kind], rate => rate.ByCount);
            if (kind.Any(figure => Math.Abs(figure.Rate.ByBytes - figure.Rate.ByCount) > 1e-9))
            {
                Append(text, $"{kind.Key}, hit rate by bytes, %", [.. kind], rate => rate.ByBytes);
            }
        }

        return text.ToString();
    }

    public static string Percent(double share) => $"{Units.Number(share * 100, "0.0#")} %";

    private static string Describe(RequestTrace trace, string kind)
    {
        var requested = new int[trace.Objects];
        foreach (var number in trace.Requests)
        {
            requested[number]++;
        }

        var once = requested.Count(count => count == 1);
        return $"{Units.Number(trace.Requests.Length)} requests for {Units.Number(trace.Objects)} {kind}, {Percent(trace.Objects == 0 ? 0 : (double)once / trace.Objects)} of them asked for once";
    }

    private static void Append(StringBuilder text, string title, IReadOnlyList<SimulationFigures> figures, Func<ReplayTally, double> valueOf)
    {
        var capacities = figures.Select(figure => figure.Capacity).Distinct().ToList();
        var table = new MarkdownTable([title, .. capacities]);
        foreach (var row in figures.GroupBy(NameOf))
        {
            table.Add([row.Key, .. capacities.Select(capacity => Units.Number(valueOf(row.First(figure => figure.Capacity == capacity).Rate) * 100, "0.0"))]);
        }

        text.AppendLine(table.ToString());
    }

    private static string NameOf(SimulationFigures figure) =>
        figure.Balance is null ? figure.Policy : $"{figure.Policy}, {Units.Number(figure.Nodes)} nodes, {figure.Balance}";
}
