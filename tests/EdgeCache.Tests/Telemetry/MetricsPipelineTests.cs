using EdgeCache.Configuration;
using EdgeCache.Tests.Hosting;
using Xunit;

namespace EdgeCache.Tests.Telemetry;

public sealed class MetricsPipelineTests
{
    [Fact]
    public async Task CollectorThatIsAway_NeitherStopsTheNodeNorItsScrapes()
    {
        // Port 9 (discard) has no listener.
        var options = TestNode.Options with { Telemetry = new TelemetryOptions { OtlpEndpoint = new Uri("http://127.0.0.1:9") } };
        var node = await TestNode.StartAsync(options: options);

        Assert.Contains("kestrel_", await node.Client.GetStringAsync(new Uri(node.Admin, "/metrics")), StringComparison.Ordinal);

        await node.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
    }
}
