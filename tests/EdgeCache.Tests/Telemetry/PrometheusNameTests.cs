using EdgeCache.Telemetry;
using Xunit;

namespace EdgeCache.Tests.Telemetry;

public sealed class PrometheusNameTests
{
    [Theory]
    [InlineData("edgecache.requests", "{request}", "counter", "edgecache_requests_total")]
    [InlineData("edgecache.served.bytes", "By", "counter", "edgecache_served_bytes_total")]
    [InlineData("edgecache.cache.limit", "By", "gauge", "edgecache_cache_limit_bytes")]
    [InlineData("http.server.request.duration", "s", "histogram", "http_server_request_duration_seconds")]
    [InlineData("1a--b", "", "gauge", "_1a_b")]
    public void Metric_IsNamedAsPrometheusDoes(string name, string unit, string type, string expected) =>
        Assert.Equal(expected, PrometheusName.OfMetric(name, unit, type));
}
