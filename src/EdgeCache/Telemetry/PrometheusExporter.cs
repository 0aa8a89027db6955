using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace EdgeCache.Telemetry;

/// <summary>
/// Hands OpenTelemetry's metrics out on demand as Prometheus text. One collection at a time, kept for a moment, so that many scrapers cost
/// what one does. Owned by the meter provider, which disposes it; safe for concurrent use.
/// </summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter(NodeMeters node, TimeProvider time) : BaseExporter<Metric>, IPullMetricExporter
{
    private const int CollectTimeoutMilliseconds = 5000;
    private static readonly TimeSpan KeepFor = TimeSpan.FromSeconds(1);

    private readonly PrometheusText _writer = new(node);
    private readonly SemaphoreSlim _collecting = new(1, 1); // Protects _text and _collectedAt.
    private string _text = string.Empty;
    private long _collectedAt;

    /// <summary>Set by the reader that owns the exporter.</summary>
    public Func<int, bool>? Collect { get; set; }

    /// <summary>The metrics as they are now, or were at most a second ago; null where collecting failed.</summary>
    public async ValueTask<string?> CollectAsync(CancellationToken cancellationToken)
    {
        await _collecting.WaitAsync(cancellationToken);
        try
        {
            if (_text.Length > 0 && time.GetElapsedTime(_collectedAt) < KeepFor)
            {
                return _text;
            }

            _text = string.Empty;
            if (Collect is null || !Collect(CollectTimeoutMilliseconds))
            {
                return null;
            }

            _collectedAt = time.GetTimestamp();
            return _text;
        }
        finally
        {
            _collecting.Release();
        }
    }

    /// <summary>Called by OpenTelemetry within <see cref="Collect"/>.</summary>
    public override ExportResult Export(in Batch<Metric> batch)
    {
        _text = _writer.Write(batch);
        return ExportResult.Success;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _collecting.Dispose();
        }

        base.Dispose(disposing);
    }
}
