using EdgeCache.Configuration;

namespace EdgeCache.Balancing;

/// <summary>Registers this room; the fleet and the route parser are registered by others.</summary>
internal static class BalancingServices
{
    public static IServiceCollection AddBalancing(this IServiceCollection services, BalancerOptions options)
    {
        services.AddHttpForwarder();
        // It warns of each failed attempt with a stack; we say of each what became of it.
        services.AddLogging(logging => logging.AddFilter("Yarp.ReverseProxy.Forwarder", LogLevel.None));
        services.AddSingleton(options);
        services.AddSingleton<BalancerMetrics>();
        services.AddSingleton<RedirectLeases>();
        services.AddSingleton<MemberChoice>();
        services.AddSingleton<MemberWatch>();
        services.AddSingleton<MemberForwarder>();
        services.AddSingleton<BlobRedirector>();
        services.AddSingleton<BalancerHandler>();
        return services;
    }
}
