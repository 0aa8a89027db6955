using System.Text;
using System.Text.Json;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;
using EdgeCache.Routing;
using EdgeCache.Telemetry;
using EdgeCache.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace EdgeCache.Tests.Telemetry;

public sealed class RequestTelemetryTests
{
    private static readonly OciRoute Route = new(
        OciRouteKind.Manifest, new RepositoryKey("docker.io", RepositoryName.Parse("library/nginx")), Reference.Parse("v1"), UsedNamespace: false);

    [Fact]
    public async Task HandlersRecord_IsInTheLogAndInTheMetrics()
    {
        var node = await TestNode.StartAsync(context =>
        {
            var record = context.Features.GetRequiredFeature<RequestRecord>();
            record.SetRoute(Route);
            record.Result = CacheResult.Hit;
            record.SentBytes = 5;
            return context.Response.WriteAsync("hello");
        });
        await node.Client.GetStringAsync(new Uri(node.Pull, "/v2/library/nginx/manifests/v1?token=canary"));
        var metrics = await MetricsAfterAsync(node, "edgecache_requests_total");
        await node.DisposeAsync();

        Assert.Contains("edgecache_requests_total{from=\"client\",kind=\"manifest\",method=\"get\",result=\"hit\",status=\"200\",upstream=\"docker.io\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("edgecache_served_bytes_total{from=\"client\",kind=\"manifest\",result=\"hit\",upstream=\"docker.io\"} 5", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("nginx", metrics, StringComparison.Ordinal);
        var line = Assert.Single(Log(node));
        Assert.DoesNotContain("canary", line, StringComparison.Ordinal);
        using var parsed = JsonDocument.Parse(line);
        Assert.Equal("library/nginx", parsed.RootElement.GetProperty("repository").GetString());
    }

    [Fact]
    public async Task UnknownTarget_IsLoggedByItsPathWithoutItsQuery()
    {
        var node = await TestNode.StartAsync(context => EdgeNodeTests.Status(context, 404));
        using var answer = await node.Client.GetAsync(new Uri(node.Pull, "/v2/a%0d%0ab?token=canary"));
        await MetricsAfterAsync(node, "edgecache_requests_total");
        await node.DisposeAsync();

        var line = Assert.Single(Log(node));
        using var parsed = JsonDocument.Parse(line);
        Assert.Equal("/v2/a\r\nb", parsed.RootElement.GetProperty("path").GetString());
        Assert.DoesNotContain("canary", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HandlerThatThrows_IsA500()
    {
        var node = await TestNode.StartAsync(_ => throw new InvalidOperationException("a bug"));
        using var answer = await node.Client.GetAsync(node.Pull);
        await MetricsAfterAsync(node, "edgecache_requests_total");
        await node.DisposeAsync();

        Assert.Equal(500, (int)answer.StatusCode);
        Assert.Contains("\"status\":500", Assert.Single(Log(node)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientThatLeaves_IsNoError()
    {
        var node = await TestNode.StartAsync(async context =>
        {
            await context.Response.WriteAsync("begin");
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var answer = await node.Client.GetAsync(node.Pull, HttpCompletionOption.ResponseHeadersRead);
        answer.Dispose();
        var metrics = await MetricsAfterAsync(node, "status=\"499\"");
        await node.DisposeAsync();

        Assert.Contains("result=\"none\",status=\"499\"", metrics, StringComparison.Ordinal);
        Assert.Contains("\"status\":499", Assert.Single(Log(node)), StringComparison.Ordinal);
    }

    /// <summary>The request's end is counted after its answer has been read: asks until the metrics show it.</summary>
    private static async Task<string> MetricsAfterAsync(TestNode node, string expected)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        string text;
        do
        {
            text = await node.Client.GetStringAsync(new Uri(node.Admin, "/metrics"), limit.Token);
        }
        while (!text.Contains(expected, StringComparison.Ordinal));

        return text;
    }

    private static string[] Log(TestNode node) =>
        Encoding.UTF8.GetString(node.AccessLog.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
