using System.Text.Json;
using System.Xml.Linq;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Reporting;
using EdgeCache.Load.Reporting.Html;
using EdgeCache.Load.Scenarios.Runs;
using Xunit;

namespace EdgeCache.Tests.Load;

public class RunReportTests
{
    private static readonly MachineFacts Machine = new("CPU <1>", 2, 1L << 32, "0.1 0.2 0.3", "Linux & more", ".NET");

    [Fact]
    public void Page_IsWellFormedAndNeedsNothingElse()
    {
        var figures = Create(hasCounters: true);
        var page = RunPage.Of(Report(figures), figures);
        var body = XDocument.Parse(page).Root!; // Parsed: it has one.
        var plots = body.Descendants("svg").ToList();
        Assert.Equal(RunPlots.Of(figures).Count(), plots.Count);
        Assert.All(plots, plot => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(plot.Attribute("data-plot")!.Value).RootElement.ValueKind)); // Each has its values.
        Assert.All(plots.Descendants("path"), path => Assert.DoesNotContain("NaN", path.Attribute("d")!.Value, StringComparison.Ordinal)); // Each has a path.
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", page, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
        Assert.Contains("NOT GOOD", page, StringComparison.Ordinal);
    }

    [Fact]
    public void PageOfAForeignRegistry_LeavesOutWhatIsNotKnown()
    {
        var (known, unknown) = (Create(hasCounters: true), Create(hasCounters: false));
        var (all, fewer) = (Plots(known), Plots(unknown));
        Assert.True(fewer.Count() < all.Count());
        Assert.DoesNotContain("Hit rate by count, %", fewer);
        Assert.Contains("Latency of requests, ms", fewer);
    }

    [Fact]
    public void Json_HasTheRunAndItsSamples()
    {
        var figures = Create(hasCounters: true);
        var run = JsonDocument.Parse(Report(figures).ToJson()).RootElement.GetProperty("figures")[0];
        Assert.Equal(figures.Samples.Count, run.GetProperty("samples").GetArrayLength());
        Assert.Equal(0.75, run.GetProperty("total").GetProperty("outside").GetProperty("byCount").GetDouble());
        Assert.Equal("bursty", run.GetProperty("settings").GetProperty("arrivals").GetString());
        Assert.Equal(0.25, run.GetProperty("samples")[0].GetProperty("pulls").GetProperty("p99").GetDouble());
    }

    [Fact]
    public void Table_SaysEveryVerdict()
    {
        var text = RunTable.Of(Create(hasCounters: true));
        Assert.Matches(@"\| hit rate by count %, outside +\| +75\.000 \|", text);
        Assert.Contains("NOT GOOD second: is <bad>", text, StringComparison.Ordinal);
        Assert.Contains("not judged third", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0,0.2,0.4,0.6,0.8,1")]
    [InlineData(0.9, "0,0.2,0.4,0.6,0.8,1")]
    [InlineData(37, "0,10,20,30,40")]
    [InlineData(1200, "0,500,1000,1500")]
    public void LinearScale_EndsAtARoundNumber(double greatest, string ticks) =>
        Assert.Equal(ticks, string.Join(',', PlotScale.Linear(greatest).Ticks.Select(PlotScale.Label)));

    [Fact]
    public void LogarithmicScale_PlacesByPowersOfTen()
    {
        var scale = PlotScale.Logarithmic(0.5, 40);
        Assert.Equal([0.1, 1, 10, 100], scale.Ticks.Select(tick => Math.Round(tick, 9)));
        Assert.Equal(1.0 / 3, scale.Place(1), 9);
        Assert.Equal((0, 1), (scale.Place(0), scale.Place(1e9)));
    }

    private static List<string> Plots(RunFigures figures) =>
        [.. XDocument.Parse(RunPage.Of(Report(figures), figures)).Descendants("figcaption").Select(caption => caption.Value)];

    private static LoadReport Report(RunFigures figures) => new("run", "run churn --seed 1", DateTimeOffset.UnixEpoch, Machine, [figures]);

    private static RunFigures Create(bool hasCounters)
    {
        var samples = Enumerable.Range(1, 30).Select(second => Sample(TimeSpan.FromSeconds(second), hasCounters, isEmpty: second == 4)).ToList();
        return new RunFigures(
            new RunSettings { Scenario = "churn" },
            TimeSpan.FromSeconds(30),
            Sample(TimeSpan.FromSeconds(30), hasCounters, isEmpty: false),
            TimeSpan.FromSeconds(1),
            hasCounters ? TimeSpan.FromSeconds(1) : null,
            TimeSpan.FromSeconds(2),
            [new RunMark(TimeSpan.FromSeconds(10), "node <killed>")],
            new Dictionary<string, long> { ["blob: status 503 & more"] = 3 },
            [new RunVerdict("first", true, "is good"), new RunVerdict("second", false, "is <bad>"), new RunVerdict("third", null, "too few")],
            samples);
    }

    private static RunSample Sample(TimeSpan at, bool hasCounters, bool isEmpty)
    {
        var latencies = isEmpty ? default : new LatencyPercentiles(4, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(90), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        return new RunSample(
            at,
            TimeSpan.FromSeconds(1),
            isEmpty ? default : new RunCounts { Pulls = 4, Requests = 20, Gets = 16, Bytes = 4096 },
            latencies,
            latencies,
            hasCounters ? 4 : null,
            hasCounters ? 1024 : null,
            hasCounters ? new NodeCounts(16, 4, 4096, 1024) : null,
            hasCounters ? new NodeUsage(TimeSpan.FromSeconds(1), 200 << 20, 150 << 20, 600) : null,
            InFlight: 3);
    }
}
