using EdgeCache.Fleet;
using EdgeCache.Routing;

namespace EdgeCache.Serving;

/// <summary>
/// Looks at the ticket of a client that a balancer has sent here (<see cref="PullTicket"/>), where this node has a secret to check it with. Who shows none
/// asks as everybody does. Safe for concurrent use.
/// </summary>
/// <param name="secret">Null: tickets mean nothing here.</param>
internal sealed class TicketCheck(FleetSecret? secret, TimeProvider time)
{
    private const string Key = PullTicket.Parameter + "=";

    /// <summary>False for a ticket that is forged, expired or of another path, and for two of them.</summary>
    /// <param name="rawTarget">One that names something.</param>
    public bool Allows(ReadOnlySpan<char> rawTarget)
    {
        if (secret is null || RequestTarget.TryParse(rawTarget, out var target) != RouteOutcome.Found)
        {
            return true;
        }

        var ticket = ReadOnlySpan<char>.Empty;
        var isShown = false;
        foreach (var range in target.Query.Split('&'))
        {
            var parameter = target.Query[range];
            if (!parameter.StartsWith(Key))
            {
                continue;
            }

            if (isShown)
            {
                return false;
            }

            isShown = true;
            ticket = parameter[Key.Length..];
        }

        return !isShown || PullTicket.IsValid(string.Concat(PullTicket.Root, target.RegistryPath), ticket, secret, time.GetUtcNow());
    }
}
