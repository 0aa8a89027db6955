using BenchmarkDotNet.Attributes;
using EdgeCache.Configuration;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;
using EdgeCache.Routing;
using EdgeCache.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeCache.Benchmarks;

/// <summary>What the counting of a request costs, with /metrics gathering as in a node and the access log off.</summary>
public class TelemetryBenchmarks
{
    private readonly NodeMeters _meters = new();
    private readonly DefaultHttpContext _context = new();
    private readonly RequestRecord _record = new() { Result = CacheResult.Hit, SentBytes = 1000 };
    private readonly MetricsPipeline _pipeline;
    private readonly EdgeMetrics _metrics;
    private readonly AccessLog _log;
    private readonly RequestTelemetry _telemetry;

    public TelemetryBenchmarks()
    {
        var options = new EdgeCacheOptions { Telemetry = new TelemetryOptions { AccessLog = false } };
        _pipeline = new MetricsPipeline(_meters, options.Telemetry, TimeProvider.System);
        _metrics = new EdgeMetrics(_meters);
        _log = new AccessLog(options, new AccessLogOutput(() => Stream.Null), _metrics, NullLogger<AccessLog>.Instance);
        _telemetry = new RequestTelemetry(_metrics, _log, TimeProvider.System);
        _record.SetRoute(new OciRoute(
            OciRouteKind.Manifest, SampleContent.Instance.Repository, Reference.Parse(SampleContent.Tag), UsedNamespace: false));
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _log.DisposeAsync();
        _pipeline.Dispose();
        _meters.Dispose();
    }

    [Benchmark]
    [AllocationCeiling(0)]
    public bool RequestEnded()
    {
        _metrics.RequestEnded(_record, HttpMethods.Get, StatusCodes.Status200OK, TimeSpan.FromMilliseconds(1));
        return true;
    }

    /// <summary>The whole of it around a handler that does nothing.</summary>
    [Benchmark]
    [AllocationCeiling(256)]
    public bool Invoke() => _telemetry.InvokeAsync(_context, static _ => Task.CompletedTask).IsCompletedSuccessfully;
}
