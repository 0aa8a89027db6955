namespace EdgeCache.Admin;

/// <summary>One member in the fleet's overview. Written and read as JSON.</summary>
/// <param name="State">How the node that was asked sees it.</param>
/// <param name="Status">What it says of itself; null where it did not answer.</param>
internal sealed record FleetMember(string Name, double Weight, bool IsSelf, string State, NodeStatus? Status);
