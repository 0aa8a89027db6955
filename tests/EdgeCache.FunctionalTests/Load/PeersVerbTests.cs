using System.Text.Json;
using EdgeCache.Load.Cli;
using EdgeCache.Load.Peers;
using EdgeCache.Load.Scenarios.Cells;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.Load;

/// <summary>The verb <c>peers</c>, tiny, with each peer that is installed: what was measured and checked, never how fast.</summary>
public class PeersVerbTests
{
    private const string Small = "--only manifest-digest blob-4KiB blob-256KiB range";

    [RealProgramFact(NginxPeer.Program)]
    public Task Nginx_IsMeasuredBesideUs() => AssertMeasuredAsync("nginx", $"{Small} tls-http1-4KiB tls-http2-4KiB miss-1MiB crowd pull-image/");

    [RealProgramFact(VarnishPeer.Program)]
    public Task Varnish_IsMeasuredBesideUs() => AssertMeasuredAsync("varnish", $"{Small} crowd slow-64KiBps");

    [RealProgramFact(DockerRegistry.Program)]
    public Task DockerRegistry_IsMeasuredBesideUs() => AssertMeasuredAsync(DockerRegistry.Program, Small);

    [RealProgramFact(NginxPeer.Program, WrkCell.Program)]
    public Task Wrk_JudgesBoth() => AssertMeasuredAsync("nginx", "--only wrk-blob-4KiB");

    /// <summary>Every cell has figures of both, no problem of ours, and nothing is left in the folder.</summary>
    private static async Task AssertMeasuredAsync(string peer, string cells)
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "report.json");
        var (output, error) = (new StringWriter(), new StringWriter());
        string[] line = ["peers", "--quick", "--no-pin", "--rounds", "1", "--duration", "200ms", "--peers", peer, .. cells.Split(' ')];
        var exitCode = await LoadCommandLine.RunAsync([.. line, "--folder", folder.Path, "--json", file], output, error);
        Assert.True(exitCode == ExitCodes.Success, $"exit code {exitCode}\n{output}\n{error}");
        var rows = JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement.GetProperty("figures").EnumerateArray().ToList();
        Assert.NotEmpty(rows);
        Assert.All(rows.Where(row => row.GetProperty("kind").GetString() == "headline"), row =>
        {
            Assert.True(row.GetProperty("servers").TryGetProperty(EdgeCachePeer.PeerName, out _), $"{row}");
            Assert.True(row.GetProperty("servers").TryGetProperty(peer, out _), $"{row}");
        });
        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
    }
}
