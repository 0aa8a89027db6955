using EdgeCache.Balancing;
using EdgeCache.Configuration;
using EdgeCache.Fleet;
using EdgeCache.Routing;
using EdgeCache.SharedState;
using EdgeCache.Telemetry;

namespace EdgeCache.Hosting;

/// <summary>One balancer: no cache, only the way to the nodes that have one.</summary>
internal sealed class BalancerNode : EdgeServer
{
    /// <summary>Longer than between nodes: hundreds of clients that come at once make connections wait for a processor here, which says nothing of the nodes.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private BalancerNode(WebApplication application)
        : base(application)
    {
    }

    /// <summary>Where clients pull from who are sent on to a node for blobs.</summary>
    public IReadOnlyList<Uri> RedirectAddresses => AddressesOf(ListenerRole.Redirect);

    /// <summary>Composes the balancer; nothing listens yet.</summary>
    /// <param name="extra">Adds to the services, or puts others in their place (the last registration counts).</param>
    public static BalancerNode Build(EdgeCacheOptions options, Action<IServiceCollection>? extra = null) => new(Compose(
        options,
        services =>
        {
            services.AddListeners(
                options,
                [
                    .. options.Balancer.Listen.Select(listen => (ListenerRole.Pull, listen)),
                    .. options.Balancer.RedirectListen.Select(listen => (ListenerRole.Redirect, listen)),
                ]);
            // A balancer is no member, whatever the configuration that it shares with nodes says.
            services.AddFleetSecret(options.Fleet).AddFleet(options.Fleet with { Self = null, ConnectTimeout = ConnectTimeout });
            if (options.Redis is { IsUsed: true, Presence: true })
            {
                services.AddRedis(options.Redis, options.Fleet);
            }

            services.AddSingleton<IReadinessCheck, FleetReadiness>();
            services.AddSingleton(new RouteParser(new UpstreamMap(options.Upstreams, options.DefaultUpstream)));
            services.AddBalancing(options.Balancer);
            extra?.Invoke(services);
        },
        services =>
        {
            var telemetry = services.GetRequiredService<RequestTelemetry>();
            var handler = services.GetRequiredService<BalancerHandler>();
            return role =>
            {
                RequestDelegate answer = role == ListenerRole.Redirect ? handler.HandleRedirectingAsync : handler.HandleAsync;
                return context => telemetry.InvokeAsync(context, answer);
            };
        }));
}
