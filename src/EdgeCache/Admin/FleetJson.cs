using System.Text.Json.Serialization;

namespace EdgeCache.Admin;

/// <summary>How the fleet's overview is written and read, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NodeStatus))]
[JsonSerializable(typeof(FleetOverview))]
internal sealed partial class FleetJson : JsonSerializerContext;
