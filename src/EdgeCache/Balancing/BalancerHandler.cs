using EdgeCache.Core.Affinity;
using EdgeCache.Core.Caching;
using EdgeCache.Routing;
using EdgeCache.Serving;
using EdgeCache.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeCache.Balancing;

/// <summary>
/// Answers what clients ask of a balancer:
/// <list type="number">
/// <item>what a node would refuse by its method or its target is refused here, in the same words;</item>
/// <item>the route gives the key, and the key the ranking of the members;</item>
/// <item>a client that can go to a node for a blob is sent there;</item>
/// <item>everything else is passed on to the member, or to the next where that one fails.</item>
/// </list>
/// Safe for concurrent use.
/// </summary>
internal sealed class BalancerHandler(
    RouteParser parser, BlobRedirector redirector, MemberForwarder forwarder, BalancerMetrics metrics, ILogger<BalancerHandler> log)
{
    /// <summary>For listeners that send on only whom the configured networks say.</summary>
    public Task HandleAsync(HttpContext context) => HandleAsync(context, isListeners: false);

    /// <summary>For listeners that send everybody on.</summary>
    public Task HandleRedirectingAsync(HttpContext context) => HandleAsync(context, isListeners: true);

    private async Task HandleAsync(HttpContext context, bool isListeners)
    {
        var record = context.Features.GetRequiredFeature<RequestRecord>();
        try
        {
            await DispatchAsync(context, record, isListeners);
        }
        catch (Exception error) when (!RegistryHandler.IsClientsDoing(error, context, record))
        {
            BalancerLog.HandlerFailed(log, error);
            await RegistryHandler.FailAsync(context, record, ErrorMapping.Internal, "internal");
        }
    }

    private Task DispatchAsync(HttpContext context, RequestRecord record, bool isListeners)
    {
        if (RegistryHandler.Read(context, parser, out var target, out var route) is { } refusal)
        {
            return RegistryHandler.FailAsync(context, record, refusal.Failure, refusal.Reason);
        }

        record.SetRoute(route);
        if (redirector.TryRedirect(context, route, isListeners))
        {
            metrics.Redirected();
            return Task.CompletedTask;
        }

        record.Result = CacheResult.Forwarded;
        return forwarder.ForwardAsync(context, KeyOf(route), target, record);
    }

    private static AffinityKey KeyOf(in OciRoute route) => route.Kind switch
    {
        // Anybody's.
        OciRouteKind.Ping => new AffinityKey((ulong)Random.Shared.NextInt64()),
        OciRouteKind.Manifest or OciRouteKind.Blob => AffinityKey.Of(route.Repository, route.Reference),
        _ => AffinityKey.Of(route.Repository),
    };
}
