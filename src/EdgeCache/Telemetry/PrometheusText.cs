using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace EdgeCache.Telemetry;

/// <summary>
/// Writes a batch of metrics in Prometheus' text format 0.0.4. Metrics of one name stand together under one HELP and TYPE. Used by one
/// thread; <see cref="Write"/> must run within the export, while the points are valid.
/// </summary>
internal sealed class PrometheusText(NodeMeters node)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    public string Write(in Batch<Metric> batch)
    {
        _text.Clear();
        var families = new Dictionary<string, (string Type, List<Metric> Metrics)>(StringComparer.Ordinal);
        foreach (var metric in batch)
        {
            if (node.IsForeign(metric.MeterTags) || TypeOf(metric.MetricType) is not { } type)
            {
                continue;
            }

            var name = PrometheusName.OfMetric(metric.Name, metric.Unit, type);
            if (!families.TryGetValue(name, out var family))
            {
                families.Add(name, family = (type, []));
            }

            // Two meters may use one name; two types under one name would be refused by the reader.
            if (family.Type == type)
            {
                family.Metrics.Add(metric);
            }
        }

        foreach (var (name, family) in families.OrderBy(family => family.Key, StringComparer.Ordinal))
        {
            WriteFamily(name, family.Type, family.Metrics);
        }

        return _text.ToString();
    }

    private static string? TypeOf(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic or MetricType.LongGauge or MetricType.DoubleGauge => "gauge",
        MetricType.Histogram => "histogram",
        _ => null,
    };

    private void WriteFamily(string name, string type, List<Metric> metrics)
    {
        var help = metrics[0].Description is { Length: > 0 } description ? description : metrics[0].Name;
        _text.Append("# HELP ").Append(name).Append(' ').Append(Escape(help, isLabel: false)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var metric in metrics)
        {
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                var labels = Labels(point.Tags);
                if (!written.Add(labels))
                {
                    continue;
                }

                if (metric.MetricType == MetricType.Histogram)
                {
                    WriteHistogram(name, labels, point);
                }
                else
                {
                    WriteSample(name, labels, Value(metric.MetricType, point));
                }
            }
        }
    }

    private void WriteHistogram(string name, string labels, in MetricPoint point)
    {
        var cumulative = 0L;
        var separator = labels.Length == 0 ? string.Empty : ",";
        foreach (var bucket in point.GetHistogramBuckets())
        {
            cumulative += bucket.BucketCount;
            WriteSample(name + "_bucket", $"{labels}{separator}le=\"{Number(bucket.ExplicitBound)}\"", cumulative);
        }

        WriteSample(name + "_sum", labels, point.GetHistogramSum());
        WriteSample(name + "_count", labels, point.GetHistogramCount());
    }

    private void WriteSample(string name, string labels, double value)
    {
        _text.Append(name);
        if (labels.Length > 0)
        {
            _text.Append('{').Append(labels).Append('}');
        }

        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static double Value(MetricType type, in MetricPoint point) => type switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong(),
        MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble(),
        MetricType.LongGauge => point.GetGaugeLastValueLong(),
        _ => point.GetGaugeLastValueDouble(),
    };

    private static string Labels(in ReadOnlyTagCollection tags)
    {
        var labels = new StringBuilder();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tag in tags)
        {
            var name = PrometheusName.OfLabel(tag.Key);
            if (!names.Add(name))
            {
                continue;
            }

            var value = tag.Value is bool flag ? (flag ? "true" : "false") : Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? string.Empty;
            labels.Append(labels.Length > 0 ? "," : string.Empty).Append(name).Append("=\"").Append(Escape(value, isLabel: true)).Append('"');
        }

        return labels.ToString();
    }

    private static string Escape(string text, bool isLabel)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return isLabel ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : double.IsNaN(value) ? "NaN"
        : value.ToString("R", CultureInfo.InvariantCulture);
}
