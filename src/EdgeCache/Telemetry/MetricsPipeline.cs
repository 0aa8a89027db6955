using EdgeCache.Configuration;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace EdgeCache.Telemetry;

/// <summary>
/// Gathers the node's metrics and the framework's, and serves them as Prometheus text; pushes them to an OTLP collector where one is
/// configured (of several nodes in a process, each pushes what all count). Owned by the node's services; safe for concurrent use.
/// </summary>
internal sealed class MetricsPipeline : IDisposable
{
    /// <summary>Enough for every closed set; what goes beyond is summed up under one overflow series by OpenTelemetry.</summary>
    private const int MaxSeries = 2000;

    /// <summary>Without Microsoft.AspNetCore.Hosting, which measures each request a second time.</summary>
    private static readonly string[] FrameworkMeters =
        ["Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Net.NameResolution", "System.Runtime"];

    /// <summary>What the framework's HTTP client may tell: not server.address, which redirects make an open set.</summary>
    private static readonly string[] ClientTags =
        ["http.request.method", "http.response.status_code", "url.scheme", "error.type", "network.protocol.version", "http.connection.state"];

    private readonly PrometheusExporter _prometheus;
    private readonly MeterProvider _provider;

    public MetricsPipeline(NodeMeters node, TelemetryOptions options, TimeProvider time)
    {
        _prometheus = new PrometheusExporter(node, time);
        var builder = Sdk.CreateMeterProviderBuilder()
            .AddMeter(EdgeMetrics.MeterName, EdgeMetrics.MeterName + ".*")
            .AddMeter(FrameworkMeters)
            .AddView(instrument => instrument.Meter.Name switch
            {
                // Prometheus keeps the suffix _count for histograms; promtool refuses these three.
                "System.Runtime" when instrument.Name.EndsWith(".count", StringComparison.Ordinal) => MetricStreamConfiguration.Drop,
                "System.Net.Http" => new MetricStreamConfiguration { TagKeys = ClientTags, CardinalityLimit = MaxSeries },
                "System.Net.NameResolution" => new MetricStreamConfiguration { TagKeys = ["error.type"], CardinalityLimit = MaxSeries },
                _ => null,
            })
            .AddReader(new BaseExportingMetricReader(_prometheus));
        if (options.OtlpEndpoint is { } endpoint)
        {
            builder.AddOtlpExporter(otlp =>
            {
                otlp.Endpoint = endpoint;
                otlp.Protocol = OtlpExportProtocol.Grpc;
            });
        }

        _provider = builder.Build();
    }

    /// <summary>Answers <c>/metrics</c>.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var text = await _prometheus.CollectAsync(context.RequestAborted);
        if (text is null)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        context.Response.ContentType = PrometheusText.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }

    public void Dispose() => _provider.Dispose();
}
