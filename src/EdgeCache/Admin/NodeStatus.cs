using EdgeCache.Telemetry;

namespace EdgeCache.Admin;

/// <summary>What a node says of itself to its siblings and to the operator. Written and read as JSON.</summary>
/// <param name="StoredBytes">Bytes on its disk.</param>
/// <param name="LimitBytes">Bytes it may hold.</param>
/// <param name="Fills">Fetches in progress.</param>
internal sealed record NodeStatus(
    string Version, bool IsDraining, ServedTotals Clients, long StoredBytes, long LimitBytes, long Objects, int Fills);
