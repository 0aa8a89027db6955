using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeCache.Load.Reporting;

/// <summary>What a verb found: figures for machines, a table for people. Scenarios make the figures and know nothing of reports.</summary>
/// <param name="CommandLine">What was asked, so that it can be asked again.</param>
/// <param name="Figures">One record a row, written to JSON as it is; durations become seconds.</param>
internal sealed record LoadReport(string Verb, string CommandLine, DateTimeOffset Started, MachineFacts Machine, IReadOnlyList<object> Figures)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new SecondsConverter(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    private sealed class SecondsConverter : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => TimeSpan.FromSeconds(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteNumberValue(value.TotalSeconds);
    }
}
