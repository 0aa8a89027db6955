using System.Diagnostics;
using System.Diagnostics.Metrics;
using EdgeCache.Fleet;
using EdgeCache.Telemetry;

namespace EdgeCache.Balancing;

/// <summary>
/// What a balancer does with requests, and how its members are. Labels are closed: enums, and the members, of whom there are at most
/// <see cref="FleetOptions.MaxMembers"/>. Safe for concurrent use.
/// </summary>
internal sealed class BalancerMetrics
{
    private const string Proxy = "proxy";
    private static readonly string[] Outcomes = ["sent", "unreachable", "broken", "silent", "busy", "cut", "client_left"];
    private static readonly string[] States = ["ready", "not_ready", "unreachable"];

    private readonly FleetMembers _members;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _failedAttempts;

    public BalancerMetrics(IMeterFactory meters, FleetMembers members)
    {
        _members = members;
        var meter = meters.Create(EdgeMetrics.MeterName);
        _requests = meter.CreateCounter<long>("edgecache.balancer.requests", "{request}", "Requests by how they were answered: passed on to a node, or sent to one.");
        _failedAttempts = meter.CreateCounter<long>("edgecache.balancer.failed_attempts", "{attempt}", "Attempts at a node that came to nothing before a byte was sent; the next node is asked.");
        meter.CreateObservableUpDownCounter("edgecache.balancer.in_flight", InFlight, "{request}", "Requests in flight at each node, those of redirected clients for some seconds.");
        meter.CreateObservableUpDownCounter("edgecache.balancer.members", MembersByState, "{member}", "Nodes by their state.");
    }

    /// <summary>A request was passed on, to its end or to where it broke.</summary>
    public void Ended(AttemptOutcome outcome) => Count(Proxy, Outcomes[(int)outcome]);

    public void Redirected() => Count("redirect", "sent");

    public void Overloaded() => Count(Proxy, "overloaded");

    public void NoMember() => Count(Proxy, "no_member");

    /// <summary>An attempt whose outcome leaves the request open.</summary>
    public void Failed(AttemptOutcome outcome) => _failedAttempts.Add(1, new KeyValuePair<string, object?>("outcome", Outcomes[(int)outcome]));

    private void Count(string mode, string outcome) => _requests.Add(1, new TagList { { "mode", mode }, { "outcome", outcome } });

    private IEnumerable<Measurement<int>> InFlight() =>
        _members.All.Select(member => new Measurement<int>(member.InFlight, new TagList { { "member", member.Name } }));

    private IEnumerable<Measurement<int>> MembersByState()
    {
        foreach (var member in _members.All)
        {
            foreach (var state in Enum.GetValues<MemberState>())
            {
                yield return new Measurement<int>(member.State == state ? 1 : 0, new TagList { { "member", member.Name }, { "state", States[(int)state] } });
            }
        }
    }
}
