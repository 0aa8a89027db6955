using EdgeCache.Configuration;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Origin;
using EdgeCache.Routing;
using EdgeCache.Telemetry;

namespace EdgeCache.Serving;

/// <summary>tags/list, referrers and the catalogue: forwarded, never cached. Safe for concurrent use.</summary>
internal sealed class ListHandler
{
    private readonly UpstreamForwarder _forwarder;
    private readonly TagRules _rules;
    private readonly MissBudget _budget;
    private readonly bool _allowsCatalog;

    public ListHandler(UpstreamForwarder forwarder, TagRules rules, MissBudget budget, EdgeCacheOptions options)
    {
        _rules = rules;
        _budget = budget;
        _forwarder = forwarder;
        _allowsCatalog = options.AllowCatalog;
    }

    public async Task HandleAsync(HttpContext context, OciRoute route, RequestRecord record)
    {
        if (route.Kind == OciRouteKind.Catalog && !_allowsCatalog)
        {
            await RegistryHandler.FailAsync(context, record, ErrorMapping.CatalogDisabled, "catalog");
            return;
        }

        if (!_budget.TrySpend(context, record))
        {
            await RegistryHandler.FailAsync(context, record, ErrorMapping.Overloaded, "limit");
            return;
        }

        record.Result = CacheResult.Forwarded;
        context.Response.OnStarting(static state =>
        {
            var response = (HttpResponse)state;
            var members = response.Headers["Cache-Status"] is { Count: > 0 } before ? before.ToString() : null;
            ContentHeaders.WriteCacheState(response, CacheResult.Forwarded, 0, null, new CacheTrail(default, members));
            return Task.CompletedTask;
        }, context.Response);
        var forwarded = await _forwarder.ForwardAsync(context, RequestOf(context, route), context.RequestAborted);
        switch (forwarded.Outcome)
        {
            case ForwardOutcome.Sent:
                record.SentBytes = context.Response.ContentLength ?? 0;
                break;
            case ForwardOutcome.Aborted:
                record.Result = CacheResult.Error;
                record.End = ResponseEnd.Cut;
                context.Abort();
                break;
            case ForwardOutcome.InvalidRequest:
                await RegistryHandler.FailAsync(
                    context, record, new OciFailure(StatusCodes.Status400BadRequest, OciErrorCode.Unsupported, forwarded.Reason), "query");
                break;
            default:
                var failure = new FillFailure(FailureSource.Origin, OutcomeOf(forwarded.Outcome), forwarded.Reason, forwarded.RetryAfter);
                var answer = ErrorMapping.ForFailure(failure, route.Kind, _rules.OutageOf(route.Repository.Upstream));
                await RegistryHandler.FailAsync(context, record, answer, FailureReason.Of(failure));
                break;
        }
    }

    private static ForwardRequest RequestOf(HttpContext context, in OciRoute route)
    {
        var path = context.Request.Path.Value ?? string.Empty;
        var clientNamespace = route.UsedNamespace ? route.Repository.Upstream : null;
        return route.Kind switch
        {
            OciRouteKind.TagsList => ForwardRequest.TagsList(route.Repository, path, clientNamespace),
            OciRouteKind.Referrers => ForwardRequest.Referrers(route.Repository, route.Reference.Digest, path, clientNamespace),
            _ => ForwardRequest.Catalog(route.Repository.Upstream, path, clientNamespace),
        };
    }

    private static OriginOutcome OutcomeOf(ForwardOutcome outcome) => outcome switch
    {
        ForwardOutcome.NotFound => OriginOutcome.NotFound,
        ForwardOutcome.Unauthorized => OriginOutcome.Unauthorized,
        ForwardOutcome.Denied => OriginOutcome.Denied,
        ForwardOutcome.RateLimited => OriginOutcome.RateLimited,
        ForwardOutcome.Unavailable => OriginOutcome.Unavailable,
        ForwardOutcome.Unreachable => OriginOutcome.Unreachable,
        ForwardOutcome.Offline => OriginOutcome.Offline,
        ForwardOutcome.Loop => OriginOutcome.Loop,
        _ => OriginOutcome.BadAnswer,
    };
}
