using System.Diagnostics.Metrics;
using EdgeCache.Admin;
using EdgeCache.Configuration;
using EdgeCache.Core.Blobs;
using EdgeCache.Telemetry;
using Microsoft.Extensions.Logging.Console;

namespace EdgeCache.Hosting;

/// <summary>The registration of the services that a server has besides its role's own.</summary>
internal static class NodeServices
{
    /// <summary>Log lines that may wait for a slow reader of standard error; more are dropped, since a pull must not wait for a log.</summary>
    private const int MaxWaitingLogLines = 2500;

    public static IServiceCollection AddEdgeCacheHosting(this IServiceCollection services, EdgeCacheOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(DescriptorPlan.For(DescriptorPlan.ReadLimit(), options.Limits, BlobStore.MaxKeptFiles));
        services.AddSingleton<IHostLifetime, SilentLifetime>();
        services.AddSingleton(provider => CertificateSource.Create(
            options, provider.GetRequiredService<ILogger<CertificateSource>>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<DrainState>();
        services.AddSingleton<HealthEndpoints>();
        services.AddSingleton<AdminHandler>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Drain.Timeout);
        return services;
    }

    /// <summary>The listeners, where clients pull from first.</summary>
    public static IServiceCollection AddListeners(
        this IServiceCollection services, EdgeCacheOptions options, params IEnumerable<(ListenerRole Role, ListenAddress Listen)> pull) =>
        services.AddSingleton(provider => new Listeners(
            options,
            pull,
            options.Certificate is null ? null : provider.GetRequiredService<CertificateSource>(),
            provider.GetRequiredService<DescriptorPlan>(),
            provider.GetRequiredService<TimeProvider>()));

    public static IServiceCollection AddEdgeCacheTelemetry(this IServiceCollection services)
    {
        services.AddSingleton<NodeMeters>();
        services.AddSingleton<IMeterFactory>(provider => provider.GetRequiredService<NodeMeters>());
        services.AddSingleton<EdgeMetrics>();
        services.AddSingleton<CacheMeasures>();
        services.AddSingleton(provider => new MetricsPipeline(
            provider.GetRequiredService<NodeMeters>(), provider.GetRequiredService<EdgeCacheOptions>().Telemetry, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(AccessLogOutput.StandardOutput);
        services.AddSingleton<AccessLog>();
        services.AddSingleton<RequestTelemetry>();
        return services;
    }

    /// <summary>The log, on standard error.</summary>
    public static void AddEdgeCacheLog(this ILoggingBuilder logging, LoggingOptions options)
    {
        logging.SetMinimumLevel(options.Level);
        // Below Warning the frameworks write whole request targets, and query strings may hold signatures.
        var frameworkLevel = options.Level < LogLevel.Warning ? LogLevel.Warning : options.Level;
        logging.AddFilter("Microsoft", frameworkLevel).AddFilter("System", frameworkLevel).AddFilter("Yarp", frameworkLevel);
        // This category makes an activity for each request where it may log at all, though nothing listens to it.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        if (options.Format == LogFormat.Json)
        {
            logging.AddJsonConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
        }
        else
        {
            logging.AddSimpleConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            });
        }

        logging.Services.Configure<ConsoleLoggerOptions>(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
            console.MaxQueueLength = MaxWaitingLogLines;
        });
    }
}
