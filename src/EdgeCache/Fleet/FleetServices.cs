namespace EdgeCache.Fleet;

/// <summary>Registers this room. Without members and without a name of its own a process has no fleet, and nothing of this runs.
/// The secret is registered apart from it: a node that knows no others may still be sent clients by a balancer.</summary>
internal static class FleetServices
{
    public static IServiceCollection AddFleet(this IServiceCollection services, FleetOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<FleetHttp>();
        services.AddSingleton<MemberProbe>();
        services.AddSingleton<IMemberSource, ConfiguredMembers>();
        if (options.Dns is { } dns)
        {
            services.AddSingleton<IMemberSource>(provider => new DnsMembers(
                dns, (host, token) => System.Net.Dns.GetHostAddressesAsync(host, token), provider.GetRequiredService<ILogger<DnsMembers>>()));
        }

        services.AddSingleton<FleetMembers>();
        services.AddHostedService(provider => provider.GetRequiredService<FleetMembers>());
        return services;
    }
}
