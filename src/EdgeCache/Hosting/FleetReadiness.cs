using System.Globalization;
using EdgeCache.Fleet;

namespace EdgeCache.Hosting;

/// <summary>Whether there is a member that takes requests.</summary>
internal sealed class FleetReadiness(FleetMembers members) : IReadinessCheck
{
    public string Name => "fleet";

    public ReadinessResult Check()
    {
        var all = members.All;
        var ready = all.Count(member => member.State == MemberState.Ready);
        return new ReadinessResult(ready > 0, string.Create(CultureInfo.InvariantCulture, $"{ready} of {all.Count} nodes are ready"));
    }
}
