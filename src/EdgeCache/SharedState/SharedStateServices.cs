using EdgeCache.Core.Caching;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Fleet;
using EdgeCache.Origin;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EdgeCache.SharedState;

/// <summary>Registers this room. Called only where a Redis is configured: without one, nothing of this exists in the process.</summary>
internal static class SharedStateServices
{
    /// <summary>The link and who is there: all that a balancer needs.</summary>
    /// <exception cref="ArgumentException">The fleet has no secret.</exception>
    public static IServiceCollection AddRedis(this IServiceCollection services, RedisOptions options, FleetOptions fleet)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(new FleetSecret(fleet.Secret ?? throw new ArgumentException("Redis without a secret of the fleet.", nameof(fleet)), fleet.AcceptedSecret));
        services.AddSingleton<RedisMetrics>();
        services.AddSingleton<RedisLink>();
        if (options.Presence)
        {
            services.AddSingleton<PresenceStore>();
            services.AddSingleton<PresenceMembers>();
            services.AddSingleton<IMemberSource>(provider => provider.GetRequiredService<PresenceMembers>());
        }

        return services;
    }

    /// <summary>What a node shares besides.</summary>
    /// <param name="load">The node's work.</param>
    /// <param name="ruleOf">How long a tag is fresh; null where its upstream is not configured here.</param>
    public static IServiceCollection AddSharedState(
        this IServiceCollection services, RedisOptions options, FleetOptions fleet,
        Func<IServiceProvider, NodeLoad> load, Func<IServiceProvider, RepositoryKey, Reference, FreshnessRule?> ruleOf)
    {
        services.AddRedis(options, fleet);
        services.AddSingleton<RedisBudgets>();
        services.AddSingleton<ISharedBudgets>(provider => provider.GetRequiredService<RedisBudgets>());
        services.AddHostedService<BudgetReader>();
        if (options.TagHints)
        {
            // The times of tags are the store's clock's.
            services.AddSingleton<ISharedTags>(provider => ActivatorUtilities.CreateInstance<RedisTags>(provider, provider.GetRequiredService<SteadyClock>()));
        }

        if (options is { Presence: true } && fleet.Self is { } self)
        {
            var address = fleet.Members.FirstOrDefault(member => member.Url == self, new MemberAddress(self));
            services.AddSingleton(provider => new PresenceWriter(
                provider.GetRequiredService<PresenceStore>(), address, () => load(provider), provider.GetRequiredService<TimeProvider>()));
            services.AddHostedService(provider => provider.GetRequiredService<PresenceWriter>());
        }

        if (options.Events)
        {
            services.AddSingleton<IFleetEventHandler>(provider => new CacheEventHandler(
                provider.GetRequiredService<CacheStore>(), provider.GetRequiredService<ManifestResolver>(), (repository, tag) => ruleOf(provider, repository, tag)));
            services.AddSingleton(provider => new EventContext(
                provider.GetService<ISharedTags>(), provider.GetRequiredService<RedisMetrics>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<FleetEvents>>()));
            services.AddSingleton<FleetEvents>();
            services.AddHostedService(provider => provider.GetRequiredService<FleetEvents>());
        }

        if (options.FillLeases)
        {
            services.AddSingleton(new LeaseTimes());
            services.AddSingleton<IFillLeases, RedisLeases>();
        }

        return services;
    }
}
