using System.Diagnostics.Metrics;
using EdgeCache.Core.Fill;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.Configuration;

namespace EdgeCache.Origin;

/// <summary>Registers this room: <see cref="IOrigin"/>, <see cref="UpstreamForwarder"/>, and the upstreams as YARP clusters.</summary>
internal static class OriginServices
{
    /// <param name="options">Where the options come from; asked once.</param>
    public static IServiceCollection AddOrigin(this IServiceCollection services, Func<IServiceProvider, OriginOptions> options)
    {
        services.AddReverseProxy();

        LeaveOutDataProtection(services);
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);

        // HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY.
        services.TryAddSingleton(_ => HttpClient.DefaultProxy);
        services.AddSingleton(options);
        services.AddSingleton(provider => new OriginMetrics(provider.GetRequiredService<IMeterFactory>()));
        services.AddSingleton<LoopGuard>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<RateLimitGovernor>();
        services.AddSingleton<Upstreams>();
        services.AddSingleton<IProxyConfigProvider>(provider =>
            new InMemoryConfigProvider([], UpstreamClusters.Create(provider.GetRequiredService<Upstreams>().All)));
        services.AddSingleton<EndpointPool>();
        services.AddSingleton<OriginClient>();
        services.AddSingleton<NegativeCache>();
        services.AddSingleton<IOrigin>(provider => provider.GetRequiredService<NegativeCache>());
        services.AddSingleton(provider => new ForwardLimits(
            provider.GetRequiredService<OriginOptions>().MaxForwardedBodyBytes,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<LoopGuard>()));
        services.AddSingleton<UpstreamForwarder>();
        return services;
    }

    /// <summary>Has YARP take up the clusters. Call it once, before the first request: until then there is no health state, and endpoints are
    /// tried in their configured order.</summary>
    public static void UseUpstreams(this IServiceProvider services) => new DetachedEndpoints(services).MapReverseProxy();

    /// <summary>YARP brings data protection for its session affinity, which is not used here: no keys are made at the start, none written to a home folder.</summary>
    private static void LeaveOutDataProtection(IServiceCollection services)
    {
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        foreach (var keyLoader in services.Where(service => service.ImplementationType?.Name == "DataProtectionHostedService").ToList())
        {
            services.Remove(keyLoader);
        }
    }

    /// <summary>YARP loads its clusters when its routes are mapped. There are none: the forwarder is called directly, and no request pays for routing.</summary>
    private sealed class DetachedEndpoints(IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => services;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(services);
    }
}
