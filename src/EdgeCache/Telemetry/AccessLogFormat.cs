using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace EdgeCache.Telemetry;

/// <summary>
/// The access log's line: one JSON object, escaped by the JSON writer, so that no name can break the line or forge another. Pure.
/// </summary>
internal static class AccessLogFormat
{
    /// <summary>The most of a client's own text that a line keeps: a user agent, an unknown path.</summary>
    public const int MaxClientTextLength = 256;

    private static readonly JsonWriterOptions Options = new() { SkipValidation = true };

    /// <summary>Appends the entry's line with its line end.</summary>
    public static void Append(in AccessLogEntry entry, ArrayBufferWriter<byte> output)
    {
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", entry.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("client", entry.Client?.ToString());
            json.WriteString("method", Shorten(entry.Method));
            json.WriteString("kind", MetricTags.Of(entry.Kind));
            WriteTarget(entry, json);
            json.WriteNumber("status", entry.Status);
            json.WriteNumber("bytes", entry.SentBytes);
            json.WriteNumber("duration_ms", Math.Round(entry.Duration.TotalMilliseconds, 3));
            json.WriteString("cache", MetricTags.Of(entry.Result));
            WriteIfSet(json, "reason", entry.Reason);
            WriteIfSet(json, "user_agent", entry.UserAgent);
            WriteIfSet(json, "request_id", entry.RequestId);
            WriteIfSet(json, "trace_id", entry.TraceId);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void WriteTarget(in AccessLogEntry entry, Utf8JsonWriter json)
    {
        WriteIfSet(json, "path", entry.Path);
        WriteIfSet(json, "upstream", entry.Repository.Upstream);
        WriteIfSet(json, "repository", entry.Repository.Repository.Value);
        WriteIfSet(json, "reference", entry.Reference == default ? null : entry.Reference.ToString());
    }

    private static void WriteIfSet(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, Shorten(value));
        }
    }

    private static ReadOnlySpan<char> Shorten(string value) => value.AsSpan(0, Math.Min(value.Length, MaxClientTextLength));
}
