using System.Text.Json.Serialization;

namespace EdgeCache.Admin;

/// <summary>How the lines of <c>/scrub</c> are written and read, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ScrubReport))]
internal sealed partial class ScrubJson : JsonSerializerContext;
