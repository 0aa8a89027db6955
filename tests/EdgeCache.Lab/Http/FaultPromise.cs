using EdgeCache.Core.Caching;
using EdgeCache.Core.Fill;

namespace EdgeCache.Lab.Http;

/// <summary>What clients have to get, and how often upstream may be asked, while it fails (PROMISES, the outage contract). Pure.</summary>
/// <param name="Outcomes">What a client may get.</param>
/// <param name="Statuses">Of a refusal.</param>
/// <param name="MaxRequests">Upstream requests in all, for all who ask for the target.</param>
internal sealed record FaultPromise(IReadOnlyList<PullOutcome> Outcomes, IReadOnlyList<int> Statuses, long MaxRequests)
{
    /// <summary>Endpoints that are asked for one manifest, at most.</summary>
    private const long MaxAsked = 2;

    private static readonly FillOptions Fills = new();

    /// <param name="sizeBytes">Of the content that is asked for.</param>
    public static FaultPromise Of(HttpFault fault, FaultPlan plan, long sizeBytes)
    {
        // A client that has joined others in vain may ask for itself, so that each costs one request at each endpoint.
        var asked = plan.Clients * (plan.HasSecondEndpoint ? 2L : 1L);
        var promise = OfAttempts(fault, plan, sizeBytes, asked);
        return promise with { MaxRequests = promise.MaxRequests * fault.Hops };
    }

    /// <summary>Whether a client may have got that.</summary>
    public bool Allows(PullOutcome outcome, int status) => Outcomes.Contains(outcome) && (outcome != PullOutcome.Refused || Statuses.Contains(status));

    public override string ToString() => $"{string.Join(" or ", Outcomes)} ({string.Join(", ", Statuses)})";

    private static FaultPromise OfAttempts(HttpFault fault, FaultPlan plan, long sizeBytes, long asked) => fault.Kind switch
    {
        FaultKind.NoAnswer => OfNoAnswer(fault, plan, asked),
        FaultKind.Changing when plan.Target == PullTarget.StaleTag => plan.Contract.ServerError == OutageAction.Fail ? Content(asked * 3).OrRefused(503) : Content(asked * 3),
        FaultKind.Changing => Content(plan.Clients * MaxAttempts(sizeBytes)).OrRefused(502, 503).OrTorn(fault, plan),

        // The held tag is asked by HEAD, and HEAD has no body.
        _ when plan.Target == PullTarget.StaleTag => Content(1),
        FaultKind.BrokenBody when plan.IsBlob && plan.IsOnce && !plan.HasSecondEndpoint && fault.MayTakeHeaders => Content(asked + 1).OrRefused(503),
        FaultKind.BrokenBody when plan.IsBlob && (plan.IsOnce || plan.HasSecondEndpoint) => Content(2),
        FaultKind.BrokenBody when plan.IsBlob => Content(plan.Clients * MaxAttempts(sizeBytes)).OrRefused(503).OrTorn(fault, plan),
        FaultKind.BrokenBody when plan.HasSecondEndpoint || (plan.IsOnce && !fault.MayTakeHeaders && !fault.IsSlow) => Content(plan.Clients * MaxAsked),
        FaultKind.BrokenBody => OfManifest(plan, plan.Clients * MaxAsked).OrRefused(503),

        // Of a large blob the wrong bytes may have been seen before another endpoint could be asked.
        _ when plan.IsBlob => Content(plan.Clients * MaxAttempts(sizeBytes)).OrRefused(502, 503).OrTorn(fault, plan),
        _ when plan.HasSecondEndpoint => Content(asked),

        // One that seems to have been cut is asked for again.
        _ when fault.Lengthens => Content(plan.Clients * MaxAsked).OrRefused(502, 503),
        _ => OfManifest(plan, asked).OrRefused(502, 503),
    };

    private static FaultPromise OfNoAnswer(HttpFault fault, FaultPlan plan, long asked)
    {
        // Endpoints are one registry: what it refuses or does not have is its answer, and no other is asked.
        if (plan.HasSecondEndpoint && fault.Outage is not (OutageKind.Denied or OutageKind.NotFound))
        {
            return Content(asked);
        }

        // Who has said when to come again is asked no more until then.
        var requests = fault.Outage == OutageKind.RateLimited ? 1 : asked;
        var action = plan.Contract.For(fault.Outage);
        if (plan.Target == PullTarget.StaleTag && action == OutageAction.Stale)
        {
            return Content(requests);
        }

        var refused = new FaultPromise([], [], requests).OrRefused(action == OutageAction.Fail ? 503 : fault.Status);
        return plan.IsOnce && plan.Clients > 1 ? refused with { Outcomes = [PullOutcome.Whole, .. refused.Outcomes] } : refused;
    }

    /// <summary>Of one endpoint. A client that asks after the others may find it well again.</summary>
    private static FaultPromise OfManifest(FaultPlan plan, long asked) => plan.IsOnce && plan.Clients > 1 ? Content(asked) : new FaultPromise([], [], asked);

    private static FaultPromise Content(long requests) => new([PullOutcome.Whole], [], requests);

    /// <summary>Of one fill.</summary>
    private static long MaxAttempts(long sizeBytes) => Fills.MaxAttemptsInVain + (sizeBytes / Fills.ProgressBytes) + 1;

    private FaultPromise OrRefused(params IReadOnlyList<int> statuses) => this with { Outcomes = [.. Outcomes, PullOutcome.Refused], Statuses = statuses };

    private FaultPromise OrTorn(HttpFault fault, FaultPlan plan) => plan.IsLarge || (fault.Lengthens && plan.Target == PullTarget.SmallBlob) ? this with { Outcomes = [.. Outcomes, PullOutcome.Torn] } : this;
}
