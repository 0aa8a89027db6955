using EdgeCache.Load.Measuring;
using EdgeCache.Load.Scenarios.Runs;

namespace EdgeCache.Load.Reporting.Html;

/// <summary>What is plotted of a run. Pure.</summary>
internal static class RunPlots
{
    /// <summary>A window of a second has too few requests for a rate of hits: each point is of so many windows.</summary>
    public const int HitRateWindows = 5;

    private const double MiB = 1 << 20;

    public static IEnumerable<Plot> Of(RunFigures figures)
    {
        var samples = figures.Samples;
        var seconds = samples.Select(sample => sample.At.TotalSeconds).ToList();
        Plot Draw(string title, params PlotSeries[] series) => new(title, seconds, figures.Events, series);
        PlotSeries Line(string name, Func<RunSample, double?> value) => new(name, [.. samples.Select(value)]);
        PlotSeries Latency(string name, Func<RunSample, LatencyPercentiles> of, Func<LatencyPercentiles, TimeSpan> value) =>
            Line(name, sample => of(sample).Count == 0 ? null : value(of(sample)).TotalMilliseconds);
        Plot DrawLatencies(string title, Func<RunSample, LatencyPercentiles> of) => new(
            title,
            seconds,
            figures.Events,
            Latency("p50", of, latencies => latencies.P50),
            Latency("p90", of, latencies => latencies.P90),
            Latency("p99", of, latencies => latencies.P99),
            Latency("max", of, latencies => latencies.Max))
        {
            IsLogarithmic = true,
        };

        yield return Draw(
            "Pulls per second",
            Line("whole", sample => sample.Clients.Pulls / sample.Length.TotalSeconds),
            Line("up to date", sample => sample.Clients.UpToDate / sample.Length.TotalSeconds),
            Line("failed or wrong", sample => (sample.Clients.Failures + sample.Clients.Mismatches) / sample.Length.TotalSeconds));
        yield return Draw(
            "MiB per second",
            Line("to clients", sample => sample.Clients.Bytes / MiB / sample.Length.TotalSeconds),
            Line("from upstream", sample => sample.UpstreamBytes / MiB / sample.Length.TotalSeconds));
        yield return DrawLatencies("Latency of pulls, ms, from the intended start", sample => sample.Pulls);
        yield return DrawLatencies("Latency of requests, ms", sample => sample.Requests);
        yield return HitRatePlot("Hit rate by count, %", seconds, figures, rate => rate.ByCount);
        yield return HitRatePlot("Hit rate by bytes, %", seconds, figures, rate => rate.ByBytes);
        yield return Draw("Upstream GETs per second", Line("manifests and blobs", sample => sample.UpstreamGets / sample.Length.TotalSeconds));
        yield return new Plot("Upstream MiB, in all", seconds, figures.Events, new PlotSeries("from upstream", Sums(samples, sample => sample.UpstreamBytes / MiB)));
        yield return Draw(
            "Memory of the nodes, MiB",
            Line("RSS", sample => sample.Usage?.ResidentBytes / MiB),
            Line("PSS", sample => sample.Usage?.ProportionalBytes / MiB));
        yield return Draw("Open files of the nodes", Line("all", sample => sample.Usage?.OpenFiles), Line("kept for the next reader, and connections", sample => sample.Usage?.ExplainedFiles));
        yield return Draw("Pulls in flight", Line("in flight", sample => sample.InFlight));
    }

    private static Plot HitRatePlot(string title, IReadOnlyList<double> seconds, RunFigures figures, Func<HitRate, double> value)
    {
        IReadOnlyList<double?> Rates(Func<IReadOnlyList<RunSample>, HitRate?> of) =>
            [.. Enumerable.Range(0, figures.Samples.Count).Select(last => of(Window(figures.Samples, last)) is { } rate ? Math.Max(0, value(rate) * 100) : (double?)null)];

        return new Plot(title, seconds, figures.Events, new PlotSeries("outside", Rates(OutsideOf)), new PlotSeries("the nodes say", Rates(InsideOf))) { Max = 100, IsComparison = true };
    }

    private static IReadOnlyList<RunSample> Window(IReadOnlyList<RunSample> samples, int last) =>
        [.. samples.Take(last + 1).TakeLast(HitRateWindows)];

    private static HitRate? OutsideOf(IReadOnlyList<RunSample> window) => window.Any(sample => sample.UpstreamGets is null) ? null : HitRate.Of(
        window.Sum(sample => sample.Clients.Gets),
        window.Sum(sample => sample.UpstreamGets ?? 0),
        window.Sum(sample => sample.Clients.Bytes),
        window.Sum(sample => sample.UpstreamBytes ?? 0));

    private static HitRate? InsideOf(IReadOnlyList<RunSample> window) => window.Any(sample => sample.Nodes is null)
        ? null
        : HitRate.Of(window.Aggregate(default(NodeCounts), (sum, sample) => sum + (sample.Nodes ?? default)));

    private static List<double?> Sums(IReadOnlyList<RunSample> samples, Func<RunSample, double?> value)
    {
        var sum = 0.0;
        return [.. samples.Select(sample => value(sample) is { } known ? sum += known : (double?)null)];
    }
}
