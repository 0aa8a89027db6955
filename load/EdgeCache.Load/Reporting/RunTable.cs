using System.Text;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Scenarios.Runs;

namespace EdgeCache.Load.Reporting;

/// <summary>What a terminal shows of a run when it has ended. Pure.</summary>
internal static class RunTable
{
    public static string Of(RunFigures figures)
    {
        var text = new StringBuilder();
        text.Append(Rows(figures)).Append('\n').Append(LatencyTable(figures.Total)).Append('\n');
        foreach (var verdict in figures.Verdicts)
        {
            text.Append(verdict.IsGood switch { true => "good     ", false => "NOT GOOD ", null => "not judged " }).Append(verdict.Name).Append(": ").Append(verdict.Text).Append('\n');
        }

        foreach (var (error, count) in figures.Errors)
        {
            text.Append(count).Append(" × ").Append(error).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Two columns: what and how much.</summary>
    public static IEnumerable<(string Name, string Value)> Facts(RunFigures figures)
    {
        var (clients, total, seconds) = (figures.Total.Clients, figures.Total, figures.Elapsed.TotalSeconds);
        return
        [
            ("pulls", Units.Number(clients.Pulls)),
            ("pulls, up to date already", Units.Number(clients.UpToDate)),
            ("pulls per second", Units.Number((clients.Pulls + clients.UpToDate) / seconds, "0.0")),
            ("pulls failed", Units.Number(clients.Failures)),
            ("pulls with a wrong digest", Units.Number(clients.Mismatches)),
            ("pulls not started in time", Units.Number(clients.NotStarted)),
            ("requests per second", Units.Number(clients.Requests / seconds, "0.0")),
            ("further attempts (by Range)", $"{Units.Number(clients.Retries)} ({Units.Number(clients.Resumes)})"),
            ("manifests and blobs", Units.Number(clients.Gets)),
            ("MiB", Units.Mebibytes(clients.Bytes)),
            ("MiB per second", Units.Number(clients.Bytes / seconds / (1 << 20), "0.0")),
            ("upstream GETs", Units.Number(total.UpstreamGets)),
            ("upstream MiB", Units.Number(total.UpstreamBytes / 1048576.0, "0.0")),
            ("hit rate by count %, outside", Percent(total.Outside?.ByCount)),
            ("hit rate by count %, nodes say", Percent(total.Inside?.ByCount)),
            ("hit rate by bytes %, outside", Percent(total.Outside?.ByBytes)),
            ("hit rate by bytes %, nodes say", Percent(total.Inside?.ByBytes)),
            ("hit rate by count %, simulated", Percent(figures.Simulated?.ByCount)),
            ("hit rate by bytes %, simulated", Percent(figures.Simulated?.ByBytes)),
            ("node CPU s", Units.Seconds(figures.NodeCpu)),
            ("origin CPU s", Units.Seconds(figures.OriginCpu)),
            ("driver CPU s", Units.Seconds(figures.DriverCpu)),
            ("node RSS MiB at the end", Units.Mebibytes(total.Usage?.ResidentBytes)),
            ("node open files at the end", Units.Number(total.Usage?.OpenFiles)),
        ];
    }

    private static string Percent(double? share) => Units.Number(share * 100, "0.000");

    private static MarkdownTable Rows(RunFigures figures)
    {
        var table = new MarkdownTable(figures.Settings.Scenario, "whole run");
        foreach (var (name, value) in Facts(figures))
        {
            table.Add(name, value);
        }

        return table;
    }

    /// <summary>The rows of the table of latencies.</summary>
    public static IEnumerable<(string Name, LatencyPercentiles Latencies)> Latencies(RunSample total) =>
        [("pull, from its intended start", total.Pulls), ("request", total.Requests)];

    /// <summary>A row's cells: the count, then milliseconds.</summary>
    public static string[] CellsOf(LatencyPercentiles latencies) =>
    [
        Units.Number(latencies.Count),
        Units.Milliseconds(latencies.P50),
        Units.Milliseconds(latencies.P90),
        Units.Milliseconds(latencies.P99),
        Units.Milliseconds(latencies.P999),
        Units.Milliseconds(latencies.Max),
    ];

    private static MarkdownTable LatencyTable(RunSample total)
    {
        var table = new MarkdownTable("latency ms", "count", "p50", "p90", "p99", "p99.9", "max");
        foreach (var (name, latencies) in Latencies(total))
        {
            table.Add([name, .. CellsOf(latencies)]);
        }

        return table;
    }
}
