using EdgeCache.Configuration;
using EdgeCache.Core.Affinity;
using EdgeCache.Fleet;

namespace EdgeCache.Balancing;

/// <summary>
/// Says which member takes a request: the first in the key's ranking that has not more than its share of what is in flight. Safe for concurrent use.
/// </summary>
internal sealed class MemberChoice(FleetMembers members, BalancerOptions options, RedirectLeases redirected)
{
    /// <summary>So many requests are no load, whatever the mean is: while little happens a digest stays at its home.</summary>
    public const int NoLoad = 8;

    /// <summary>Chooses, and counts the request as in flight there: the caller has the member leave.</summary>
    /// <param name="tried">Members that have had their turn.</param>
    /// <param name="mayGoOn">Whether there is a further one for the next attempt.</param>
    /// <returns>Null where nobody is left.</returns>
    public Member? Enter(AffinityKey key, IReadOnlyCollection<Member> tried, out bool mayGoOn)
    {
        redirected.EndDue();
        var ranking = members.Rank(key);
        var (inFlight, weight, left) = (0, 0.0, 0);
        foreach (var member in ranking)
        {
            inFlight += member.InFlight;
            weight += member.Address.Weight;
            left += tried.Contains(member) ? 0 : 1;
        }

        mayGoOn = left > 1;
        Member? first = null;
        foreach (var member in ranking)
        {
            if (tried.Contains(member))
            {
                continue;
            }

            first ??= member;
            if (member.TryEnter(Math.Max(NoLoad, BoundedLoad.Capacity(options.MaxLoad, inFlight, member.Address.Weight / weight))))
            {
                return member;
            }
        }

        // Those that are left have no room: the others failed, or filled them in this moment.
        first?.Enter();
        return first;
    }
}
