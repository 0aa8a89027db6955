namespace EdgeCache.Admin;

/// <summary>The fleet as one node sees it. Written and read as JSON.</summary>
/// <param name="Ranking">For an image that was asked for: the members in the order in which they are asked, its home first; empty without one.</param>
internal sealed record FleetOverview(IReadOnlyList<FleetMember> Members, IReadOnlyList<string> Ranking);
