namespace EdgeCache.Load.Simulation;

/// <summary>What one way to cache gives.</summary>
/// <param name="Kind">"blobs" or "manifests".</param>
/// <param name="Policy">Who leaves.</param>
/// <param name="Nodes">How many share the capacity.</param>
/// <param name="Balance">How requests were spread over them; null for one node.</param>
/// <param name="Capacity">As it was asked for.</param>
/// <param name="CapacityBytes">Of all nodes together.</param>
internal sealed record SimulationFigures(string Kind, string Policy, int Nodes, string? Balance, string Capacity, long CapacityBytes, ReplayTally Rate);
