using System.Text;

namespace EdgeCache.Telemetry;

/// <summary>Names as Prometheus writes them, after OpenTelemetry's "Prometheus and OpenMetrics compatibility". Pure.</summary>
internal static class PrometheusName
{
    /// <summary>The metric's name: dots become underscores, the unit comes last, a counter ends with <c>_total</c>.</summary>
    public static string OfMetric(string name, string unit, string type)
    {
        var sanitized = new StringBuilder(OfLabel(name).TrimEnd('_'));
        AppendSuffix(sanitized, UnitName(unit));
        AppendSuffix(sanitized, type == "counter" ? "total" : string.Empty);
        return sanitized.ToString();
    }

    /// <summary>A name of ASCII letters, digits and underscores that does not begin with a digit.</summary>
    public static string OfLabel(string name)
    {
        var sanitized = new StringBuilder(name.Length + 1);
        foreach (var character in name)
        {
            var isAllowed = char.IsAsciiLetterOrDigit(character);
            if (sanitized.Length == 0 && char.IsAsciiDigit(character))
            {
                sanitized.Append('_');
            }

            if (isAllowed || sanitized.Length == 0 || sanitized[^1] != '_')
            {
                sanitized.Append(isAllowed ? character : '_');
            }
        }

        return sanitized.ToString();
    }

    private static void AppendSuffix(StringBuilder name, string suffix)
    {
        if (suffix.Length > 0 && !name.ToString().EndsWith("_" + suffix, StringComparison.Ordinal))
        {
            name.Append('_').Append(suffix);
        }
    }

    /// <summary>UCUM's codes that our meters and the framework's use; annotations such as {request} say nothing.</summary>
    private static string UnitName(string unit) => unit switch
    {
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "By/s" => "bytes_per_second",
        "%" => "percent",
        _ => string.Empty,
    };
}
