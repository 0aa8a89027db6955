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
