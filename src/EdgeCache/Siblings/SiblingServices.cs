using System.Diagnostics.Metrics;
using EdgeCache.Core.Fill;
using EdgeCache.Fleet;
using EdgeCache.Origin;

namespace EdgeCache.Siblings;

/// <summary>Registers this room: the gate for siblings' requests, and the fleet before the upstreams.</summary>
internal static class SiblingServices
{
    /// <summary>After the fleet and the origin, whose place before the fills it takes.</summary>
    public static IServiceCollection AddSiblings(this IServiceCollection services, FleetOptions options)
    {
        services.AddSingleton<SiblingGate>();
        services.AddSingleton(provider => new SiblingMetrics(provider.GetRequiredService<IMeterFactory>()));
        services.AddSingleton<SiblingClient>();
        services.AddSingleton<DistrustedMembers>();
        services.AddSingleton(new KeepMemory(options.Keep));
        services.AddSingleton<IOrigin>(provider => ActivatorUtilities.CreateInstance<SiblingOrigin>(provider, provider.GetRequiredService<NegativeCache>()));
        return services;
    }
}
