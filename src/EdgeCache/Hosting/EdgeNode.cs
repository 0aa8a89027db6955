using EdgeCache.Admin;
using EdgeCache.Configuration;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Fill;
using EdgeCache.Fleet;
using EdgeCache.Origin;
using EdgeCache.Telemetry;

namespace EdgeCache.Hosting;

/// <summary>One node: the cache and what serves from it.</summary>
internal sealed class EdgeNode : EdgeServer
{
    private EdgeNode(WebApplication application)
        : base(application)
    {
    }

    /// <summary>Composes the node and takes the cache's folder; nothing listens yet.</summary>
    /// <param name="extra">Adds to the services, or puts others in their place (the last registration counts).</param>
    /// <exception cref="CacheFolderException">The cache's folder cannot be used.</exception>
    public static EdgeNode Build(EdgeCacheOptions options, Action<IServiceCollection>? extra = null) => new(Compose(
        options,
        services =>
        {
            services.AddListeners(options, options.Listen.Select(listen => (ListenerRole.Pull, listen)));
            services.AddEdgeCacheFleet(options.Fleet).AddEdgeCacheSharedState(options).AddEdgeCacheStore(options).AddEdgeCacheServing(options);
            extra?.Invoke(services);
        },
        services =>
        {
            services.UseUpstreams();
            _ = services.GetRequiredService<CacheMeasures>();
            _ = services.GetRequiredService<Refetcher>();
            var fleet = services.GetService<FleetHandler>();
            var telemetry = services.GetRequiredService<RequestTelemetry>();
            var pull = services.GetRequiredService<PullPipeline>();
            var drain = services.GetRequiredService<DrainState>();
            return _ => context =>
            {
                if (drain.IsDraining)
                {
                    context.Response.Headers[DrainHeader.Name] = DrainHeader.Value;
                }

                return fleet?.TryHandlePull(context) ?? telemetry.InvokeAsync(context, pull.HandleAsync);
            };
        }));
}
