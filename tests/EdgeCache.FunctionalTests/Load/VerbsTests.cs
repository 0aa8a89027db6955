using System.Text.Json;
using EdgeCache.Load.Cli;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.FunctionalTests.Load;

/// <summary>Each verb with its origin and its node as processes, small: the exit code and the counts, never the times.</summary>
public class VerbsTests
{
    [Fact]
    public async Task ColdBlob_AsksUpstreamOnceAndEverybodyIsExact()
    {
        var figures = await RunAsync("cold-blob --clients 20 --size 2MiB --rate 0 --rounds 2");
        Assert.Equal(2, figures.Count);
        Assert.All(figures, round =>
        {
            Assert.Equal(1, round.GetProperty("upstreamGets").GetInt32());
            Assert.Equal(20, round.GetProperty("exact").GetInt32());
            Assert.True(round.GetProperty("nodeBytes").GetInt64() > 0);
        });
    }

    [Fact]
    public async Task Pull_IsColdThenWarm()
    {
        var figures = await RunAsync("pull --clients 2 --rounds 2");
        Assert.All(figures, row => Assert.Equal(0, row.GetProperty("failures").GetInt32()));
        Assert.All(figures.Where(row => row.GetProperty("isCold").GetBoolean()), row => Assert.True(row.GetProperty("upstreamBytes").GetInt64() > 0));
        // Not the hit rate: what is verified but not yet published is answered from its fill.
        Assert.All(figures.Where(row => !row.GetProperty("isCold").GetBoolean()), row => Assert.Equal(0, row.GetProperty("upstreamBytes").GetInt64()));
    }

    [Theory]
    [InlineData("hit --connections 1 3 --duration 500ms --warm-up 0 --verify all", 2)]
    [InlineData("hit --kind tag --duration 500ms --warm-up 0 --connections 2", 1)]
    [InlineData("hit --kind blob --size 4KiB 1MiB --duration 500ms --warm-up 0 --connections 2 --verify all --access-log", 2)]
    public async Task Hit_OnlyHitsAreAnswered(string line, int rows)
    {
        var figures = await RunAsync(line);
        Assert.Equal(rows, figures.Count);
        Assert.All(figures, row =>
        {
            Assert.True(row.GetProperty("requests").GetInt64() > 0);
            Assert.Equal(0, row.GetProperty("failures").GetInt64());
            Assert.Equal(0, row.GetProperty("notHits").GetInt64());
            Assert.Equal(JsonValueKind.Null, row.GetProperty("nodeRuntime").ValueKind);
        });
    }

    [Fact]
    public async Task Idle_KnowsAllItsFilesAndAsksNobody()
    {
        var row = Assert.Single(await RunAsync("idle --objects 300 --settle 0"));
        Assert.Equal(300, row.GetProperty("objects").GetInt32());
        Assert.True(row.GetProperty("residentBytes").GetInt64() >= row.GetProperty("proportionalBytes").GetInt64());
    }

    [Fact]
    public async Task Tiers_AskTheRegistryOnceForEachColdPull()
    {
        var figures = await RunAsync("tiers --near 800 1000 --far 1000 --round-trip 2ms --size 200KiB --rounds 2");
        Assert.Equal(8, figures.Count);
        Assert.All(figures, row =>
        {
            Assert.Equal(2, row.GetProperty("exact").GetInt32());
            Assert.Equal(row.GetProperty("way").GetString() is "direct" or "cold" ? 2 : 0, row.GetProperty("registryGets").GetInt32());
        });
    }

    [Fact]
    public async Task Run_SeesFromOutsideWhatTheNodeClaims()
    {
        var run = Assert.Single(await RunAsync("run churn --duration 3s --rate 30 --clients 20 --images 24 --scale 0.001"));
        var total = run.GetProperty("total");
        Assert.Equal(0, total.GetProperty("clients").GetProperty("mismatches").GetInt64());
        Assert.Equal(0, total.GetProperty("clients").GetProperty("failures").GetInt64());
        Assert.True(total.GetProperty("clients").GetProperty("pulls").GetInt64() > 0);
        var (outside, inside) = (total.GetProperty("outside"), total.GetProperty("inside"));
        Assert.InRange(outside.GetProperty("byCount").GetDouble(), 0.01, 1);
        Assert.Equal(inside.GetProperty("byCount").GetDouble(), outside.GetProperty("byCount").GetDouble(), 3);
        Assert.Equal(inside.GetProperty("byBytes").GetDouble(), outside.GetProperty("byBytes").GetDouble(), 3);
        Assert.All(run.GetProperty("verdicts").EnumerateArray(), verdict => Assert.True(verdict.GetProperty("isGood").GetBoolean(), verdict.ToString()));
        Assert.NotEqual(0, run.GetProperty("samples").GetArrayLength());
    }

    [Fact]
    public async Task RunOfAStorm_AsksUpstreamOnceForEachObject()
    {
        var run = Assert.Single(await RunAsync("run cold-storm --duration 2s --rate 1 --clients 12 --scale 0.001"));
        var total = run.GetProperty("total");
        Assert.Equal(24, total.GetProperty("clients").GetProperty("pulls").GetInt64());
        Assert.Equal(total.GetProperty("clients").GetProperty("gets").GetInt64(), 12 * total.GetProperty("upstreamGets").GetInt64());
    }

    private static async Task<List<JsonElement>> RunAsync(string line)
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "report.json");
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = await LoadCommandLine.RunAsync([.. line.Split(' '), "--folder", folder.Path, "--json", file], output, error);
        Assert.True(exitCode == ExitCodes.Success, $"exit code {exitCode}\n{output}\n{error}");
        Assert.StartsWith("| ", output.ToString(), StringComparison.Ordinal);
        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
        return [.. JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement.GetProperty("figures").EnumerateArray()];
    }
}
