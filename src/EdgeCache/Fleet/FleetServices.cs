namespace EdgeCache.Fleet;

/// <summary>Registers this room. Without members and without a name of its own a process has no fleet, and only its secret is wanted.</summary>
internal static class FleetServices
{
    /// <summary>Where there is a secret. A node that knows no others may still be sent clients by a balancer.</summary>
    public static IServiceCollection AddFleetSecret(this IServiceCollection services, FleetOptions options) =>
        options.Secret is { } secret ? services.AddSingleton(new FleetSecret(secret, options.AcceptedSecret)) : services;

    public static IServiceCollection AddFleet(this IServiceCollection services, FleetOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<FleetHttp>();
        services.AddSingleton<MemberProbe>();
        services.AddSingleton<IMemberSource, ConfiguredMembers>();
        if (options.Dns is { } dns)
        {
            services.AddSingleton<IMemberSource>(provider => new DnsMembers(
                dns, options.Self?.HostNameType, (host, token) => System.Net.Dns.GetHostAddressesAsync(host, token), provider.GetRequiredService<ILogger<DnsMembers>>()));
        }

        services.AddSingleton<FleetMembers>();
        services.AddHostedService(provider => provider.GetRequiredService<FleetMembers>());
        return services;
    }
}
