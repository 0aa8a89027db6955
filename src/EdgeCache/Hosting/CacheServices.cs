using EdgeCache.Admin;
using EdgeCache.Configuration;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Store;
using EdgeCache.Fleet;
using EdgeCache.Origin;
using EdgeCache.Routing;
using EdgeCache.Serving;
using EdgeCache.SharedState;
using EdgeCache.Siblings;
using EdgeCache.Telemetry;

namespace EdgeCache.Hosting;

/// <summary>The registration of the cache and of what serves from it, in the order of a request from the inside out.</summary>
internal static class CacheServices
{
    public static IServiceCollection AddEdgeCacheFleet(this IServiceCollection services, FleetOptions options) =>
        !options.IsFleet ? services.AddFleetSecret(options) : services.AddFleetSecret(options).AddFleet(options).AddSingleton<NodeStatusReader>().AddSingleton<FleetHandler>();

    public static IServiceCollection AddEdgeCacheSharedState(this IServiceCollection services, EdgeCacheOptions options) =>
        options.Redis.IsUsed
            ? services.AddSharedState(options.Redis, options.Fleet, LoadOf, (provider, repository, tag) => provider.GetRequiredService<TagRules>().Find(repository, tag))
            : services;

    public static IServiceCollection AddEdgeCacheStore(this IServiceCollection services, EdgeCacheOptions options)
    {
        services.AddSingleton(provider => FillOptionsOf(options.Limits, provider.GetRequiredService<DescriptorPlan>()));
        services.AddSingleton(provider => new SteadyClock(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IDisk>(SystemDisk.Instance);
        services.AddSingleton(provider => CacheStore.Open(
            StoreOptionsOf(options.Cache, DiskSizeBytes(options.Cache.Path)) with { MaxKeptFiles = provider.GetRequiredService<DescriptorPlan>().MaxKeptFiles },
            provider.GetRequiredService<SteadyClock>(),
            provider.GetRequiredService<ILogger<CacheStore>>(),
            provider.GetRequiredService<IDisk>()));
        services.AddOrigin(_ => new OriginOptions
        {
            Upstreams = options.Upstreams,
            DockerConfigFile = options.DockerConfigFile,
            MaxTokenBytes = options.Limits.MaxTokenBytes,
        });
        if (options.Fleet.UsesSiblings)
        {
            services.AddSiblings(options.Fleet).AddSingleton<MemberStatusClient>();
        }

        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<LinkConfirmer>(provider, provider.GetRequiredService<IOrigin>().Upstream));
        services.AddSingleton<FillTable>();
        services.AddSingleton<Refetcher>();
        services.AddSingleton<ManifestResolver>();
        services.AddSingleton(ManifestResolversOf);
        services.AddSingleton<IReadinessCheck, StoreReadiness>();
        services.AddSingleton<IReadinessCheck, DiskReadiness>();
        services.AddSingleton<ScrubHandler>();
        return services;
    }

    public static IServiceCollection AddEdgeCacheServing(this IServiceCollection services, EdgeCacheOptions options)
    {
        services.AddSingleton(new RouteParser(new UpstreamMap(options.Upstreams, options.DefaultUpstream)));
        services.AddSingleton(new TagRules(options.Upstreams));
        services.AddSingleton(provider => new TicketCheck(provider.GetService<FleetSecret>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<RequestChecks>();
        services.AddSingleton(provider => new MissBudget(options.Limits, new ClientAddresses(options.Limits)));
        services.AddSingleton<BlobSender>();
        services.AddSingleton<ManifestHandler>();
        services.AddSingleton<BlobHandler>();
        services.AddSingleton<ListHandler>();
        services.AddSingleton<RegistryHandler>();
        services.AddSingleton(provider => new PullPipeline(provider.GetRequiredService<RegistryHandler>().HandleAsync));
        return services;
    }

    private static NodeLoad LoadOf(IServiceProvider provider)
    {
        var totals = provider.GetRequiredService<EdgeMetrics>().ClientTotals;
        return new NodeLoad(provider.GetRequiredService<RequestTelemetry>().InFlight, totals.Requests, totals.Hits);
    }

    /// <summary>Two only where there are siblings: each has its own exchanges.</summary>
    private static ManifestResolvers ManifestResolversOf(IServiceProvider provider)
    {
        var origin = provider.GetRequiredService<IOrigin>();
        var clients = provider.GetRequiredService<ManifestResolver>();
        var siblings = origin.Upstream == origin ? clients : ActivatorUtilities.CreateInstance<ManifestResolver>(provider, origin.Upstream);
        return new ManifestResolvers(origin, clients, siblings);
    }

    private static FillOptions FillOptionsOf(LimitOptions limits, DescriptorPlan descriptors) => new()
    {
        MaxConcurrentFills = descriptors.MaxConcurrentFills,
        MaxReadersPerFill = limits.MaxWaitersPerFill,
        MaxWaiters = limits.MaxWaitersPerFill,
        MaxManifestBytes = (int)limits.MaxManifestBytes,
        MaxOrphans = limits.MaxOrphanFills,
        OrphanBytesPerSecond = limits.OrphanFillBytesPerSecond,
        OrphanMinShare = limits.OrphanFillMinShare,
    };

    private static StoreOptions StoreOptionsOf(CacheOptions cache, long diskSizeBytes) => new()
    {
        Path = cache.Path,
        Hot = new HotOptions { LimitBytes = cache.MemoryLimitBytes },
        Eviction = new EvictionOptions
        {
            LimitBytes = cache.Limit.Resolve(diskSizeBytes),
            ManifestShare = cache.ManifestShare,
            HighWatermark = cache.HighWatermark,
            LowWatermark = cache.LowWatermark,
        },
        Disk = new DiskOptions { MinFreeBytes = cache.MinFree.Resolve(diskSizeBytes), MinFreeFiles = cache.MinFreeFiles },
        Scrub = new ScrubOptions { Period = cache.ScrubPeriod, MaxBytesPerSecond = cache.ScrubRateBytes },
    };

    /// <summary>The size of the file system that holds the path, or will hold it once it is created.</summary>
    private static long DiskSizeBytes(string path)
    {
        var folder = new DirectoryInfo(path);
        while (!folder.Exists && folder.Parent is { } parent)
        {
            folder = parent;
        }

        return new DriveInfo(folder.FullName).TotalSize;
    }
}
