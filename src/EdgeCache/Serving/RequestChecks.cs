using EdgeCache.Core.Fill;
using EdgeCache.Origin;
using EdgeCache.Routing;
using EdgeCache.Siblings;
using EdgeCache.Telemetry;

namespace EdgeCache.Serving;

/// <summary>
/// What a request passes once it is known what it asks for: it has not come in a circle, its ticket is valid where it shows one, and who says to be a sibling
/// is one. Safe for concurrent use.
/// </summary>
/// <param name="gate">Where this node has siblings.</param>
internal sealed class RequestChecks(LoopGuard loops, TicketCheck tickets, ILogger<RequestChecks> log, SiblingGate? gate = null)
{
    /// <summary>Also sets how far the request may go for what is not here.</summary>
    /// <returns>Null: it may be answered.</returns>
    public (OciFailure Failure, string Reason)? Refuse(HttpRequest request, string target, in OciRoute route, RequestRecord record)
    {
        if (route.HasOtherParameters && !tickets.Allows(target))
        {
            return (ErrorMapping.TicketRefused, "ticket");
        }

        if (gate is not null)
        {
            if (!gate.TryReadScope(request, target, out var scope))
            {
                return (ErrorMapping.NoSibling, "sibling");
            }

            record.Scope = scope;
        }

        // A sibling may ask for what another sibling asked it for here; that ends with it (FetchScope).
        if (!loops.TryEnter(request.Headers[LoopGuard.HeaderName]) && record.Scope == FetchScope.Anywhere)
        {
            ServingLog.LoopRefused(log, route.Repository.Upstream ?? string.Empty);
            return (ErrorMapping.Loop, "loop");
        }

        return null;
    }
}
