using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;
using EdgeCache.Routing;
using EdgeCache.Telemetry;
using EdgeCache.Testing.RealPrograms;
using EdgeCache.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EdgeCache.Tests.Telemetry;

public sealed class PrometheusTextTests
{
    [Fact]
    public async Task Scrape_HoldsEveryInstrumentInTheTextFormat()
    {
        await using var node = await TestNode.StartAsync();
        UseEveryInstrument(node);

        using var answer = await node.Client.GetAsync(new Uri(node.Admin, "/metrics"));
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        string[] expected =
        [
            "# TYPE edgecache_requests_total counter",
            "edgecache_requests_total{from=\"client\",kind=\"blob\",method=\"get\",result=\"miss\",status=\"200\",upstream=\"up\\\"s\\\\t\\nream\"} 1",
            "edgecache_served_bytes_total{from=\"client\",kind=\"blob\",result=\"miss\",upstream=\"up\\\"s\\\\t\\nream\"} 7",
            "# TYPE edgecache_request_duration_seconds histogram",
            "edgecache_request_duration_seconds_bucket{kind=\"blob\",result=\"miss\",le=\"+Inf\"} 1",
            "# TYPE edgecache_fills_active gauge", "edgecache_fills_total{outcome=\"verified\"} 0",
            "edgecache_cache_bytes{pool=\"manifests\"} 0", "edgecache_cache_objects{pool=\"blobs\"} 0",
            "edgecache_memory_bytes 0", "edgecache_memory_objects 0", "edgecache_open_files 0",
            "# TYPE edgecache_cache_limit_bytes gauge", "edgecache_evicted_bytes_total{pool=\"blobs\"} 0",
            "# TYPE dotnet_process_memory_working_set_bytes gauge", "# TYPE kestrel_active_connections gauge",
        ];
        Assert.All(expected, part => Assert.Contains(part + "\n", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task EverySample_StandsUnderItsTypeAndParses()
    {
        await using var node = await TestNode.StartAsync();
        UseEveryInstrument(node);
        var lines = (await node.Client.GetStringAsync(new Uri(node.Admin, "/metrics"))).TrimEnd('\n').Split('\n');

        var type = string.Empty;
        var types = new HashSet<string>();
        foreach (var line in lines)
        {
            if (line.StartsWith('#'))
            {
                type = line.Split(' ')[2];
                Assert.True(line.StartsWith("# HELP", StringComparison.Ordinal) || types.Add(type), line);
                continue;
            }

            var sample = Regex.Match(line, @"^([a-zA-Z_][a-zA-Z0-9_]*)(\{([a-zA-Z_][a-zA-Z0-9_]*=""([^""\\]|\\.)*"",?)*\})? (\S+)$");
            Assert.True(sample.Success, line);
            Assert.StartsWith(type, sample.Groups[1].Value, StringComparison.Ordinal);
            Assert.True(double.TryParse(sample.Groups[5].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out _), line);
        }
    }

    [RealProgramFact("promtool")]
    public async Task Promtool_FindsNothingWrong()
    {
        await using var node = await TestNode.StartAsync(context => EdgeNodeTests.Status(context, 404));
        UseEveryInstrument(node);
        using var request = await node.Client.GetAsync(node.Pull);
        var text = await node.Client.GetStringAsync(new Uri(node.Admin, "/metrics"));

        using var promtool = Process.Start(new ProcessStartInfo(RealProgram.Require("promtool"), "check metrics") { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!; // Started, or it throws.
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        var problems = await promtool.StandardError.ReadToEndAsync() + await promtool.StandardOutput.ReadToEndAsync();
        await promtool.WaitForExitAsync();

        Assert.Equal(string.Empty, problems);
        Assert.Equal(0, promtool.ExitCode);
    }

    private static void UseEveryInstrument(TestNode node)
    {
        const string awkward = "up\"s\\t\nream";
        var metrics = node.Node.Services.GetRequiredService<EdgeMetrics>();
        var record = new RequestRecord { Result = CacheResult.Miss, SentBytes = 7 };
        record.SetRoute(new OciRoute(OciRouteKind.Blob, new RepositoryKey(awkward, default), default, UsedNamespace: false));
        metrics.RequestEnded(record, "GET", 200, TimeSpan.FromSeconds(0.2));
        metrics.AccessLogDropped();
    }
}
