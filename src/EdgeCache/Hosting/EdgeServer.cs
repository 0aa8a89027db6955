using EdgeCache.Admin;
using EdgeCache.Configuration;
using EdgeCache.Core.Concurrency;
using EdgeCache.SharedState;
using EdgeCache.Telemetry;
using EdgeCache.Transport.Epoll;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EdgeCache.Hosting;

/// <summary>
/// What a node and a balancer have in common: built from options, started, stopped, disposed. The executable runs one; tests and the demo run several in a
/// process, each with its own services, listeners and metrics. Start and stop are called once each, by the owner.
/// </summary>
internal abstract partial class EdgeServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly EdgeCacheOptions _options;
    private readonly ILogger<EdgeServer> _logger;
    private List<(ListenerRole Role, string Address)> _addresses = [];

    protected EdgeServer(WebApplication application)
    {
        _application = application;
        _options = application.Services.GetRequiredService<EdgeCacheOptions>();
        _logger = application.Services.GetRequiredService<ILogger<EdgeServer>>();
    }

    public IServiceProvider Services => _application.Services;

    /// <summary>Where clients pull from, with the ports that were taken. Empty before the start.</summary>
    public IReadOnlyList<Uri> PullAddresses => AddressesOf(ListenerRole.Pull);

    /// <summary>The first admin address.</summary>
    public Uri AdminAddress => AddressesOf(ListenerRole.Admin)[0];

    /// <summary>The metrics listener's own addresses; often none.</summary>
    public IReadOnlyList<Uri> MetricsAddresses => AddressesOf(ListenerRole.Metrics);

    /// <summary>Cancelled when a part of the server asks the whole to end.</summary>
    public CancellationToken Stopping => _application.Lifetime.ApplicationStopping;

    /// <summary>Listens, and prints one line for each listener where there is an output for it.</summary>
    /// <exception cref="IOException">An address cannot be bound.</exception>
    public async Task StartAsync(CancellationToken cancellationToken, TextWriter? announcements = null)
    {
        EffectiveConfiguration(ProductVersion.Text, StartupBanner.Of(_options));
        // Metrics count from the first connection on.
        _ = Services.GetRequiredService<MetricsPipeline>();
        await _application.StartAsync(cancellationToken);

        // Kestrel lists one address for each listener, in the order they were bound.
        var bound = Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        _addresses = [.. Services.GetRequiredService<Listeners>().All.Zip(bound, (listener, address) => (listener.Role, address))];
        foreach (var (_, address) in _addresses)
        {
            announcements?.WriteLine($"listening on {address}");
        }

        announcements?.Flush();
        Services.GetRequiredService<AccessLog>().Start();
    }

    /// <summary>
    /// Leaves in order: not ready at once; accepting for the drain's delay; then no new connections, and what is in flight ends within the
    /// drain's time-out, or is aborted.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting: what is in flight is aborted at once.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Services.GetRequiredService<DrainState>().Begin();
        if (Services.GetService<PresenceWriter>() is { } presence)
        {
            await presence.LeaveAsync();
        }

        DrainStarted(_options.Drain.Delay, _options.Drain.Timeout);
        await Task.Delay(_options.Drain.Delay, Services.GetRequiredService<TimeProvider>(), cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _application.StopAsync(cancellationToken);
        DrainEnded();
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    /// <summary>Composes the application; nothing listens yet.</summary>
    /// <param name="addServices">Those of the role, besides hosting and telemetry.</param>
    /// <param name="pull">Makes what answers the listeners that clients pull from, but for health. Called once.</param>
    protected static WebApplication Compose(
        EdgeCacheOptions options, Action<IServiceCollection> addServices, Func<IServiceProvider, Func<ListenerRole, RequestDelegate>> pull)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(EdgeServer).Assembly.GetName().Name,
            EnvironmentName = Environments.Production,
        });
        builder.Logging.AddEdgeCacheLog(options.Logging);
        builder.Services.AddEdgeCacheHosting(options).AddEdgeCacheTelemetry();
        addServices(builder.Services);
        // YARP brings it, and its presence alone has WebApplication put the authorization middleware before every request. There are no endpoints to authorize.
        builder.Services.RemoveAll<IAuthorizationHandlerProvider>();

        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton<IConnectionListenerFactory>(services => ActivatorUtilities.CreateInstance<EpollTransport>(
            services, services.GetRequiredService<DescriptorPlan>().MaxSockets));
        builder.Services.AddOptions<KestrelServerOptions>().Configure<Listeners>((kestrel, listeners) => listeners.Configure(kestrel));
        var application = builder.Build();
        try
        {
            ((IApplicationBuilder)application).Run(Pipeline(application.Services, pull(application.Services)));
            return application;
        }
        catch
        {
            ((IDisposable)application).Dispose();
            throw;
        }
    }

    protected Uri[] AddressesOf(ListenerRole role) =>
        [.. _addresses.Where(listener => listener.Role == role).Select(listener => new Uri(listener.Address))];

    /// <summary>What answers a request depends on the listener it came in on, and on nothing the client says.</summary>
    private static RequestDelegate Pipeline(IServiceProvider services, Func<ListenerRole, RequestDelegate> pull)
    {
        var health = services.GetRequiredService<HealthEndpoints>();
        var admin = services.GetRequiredService<AdminHandler>();
        var (pulled, redirected) = (pull(ListenerRole.Pull), pull(ListenerRole.Redirect));
        return context => context.Features.GetRequiredFeature<IListenerRoleFeature>().Role switch
        {
            ListenerRole.Pull => health.TryHandleAsync(context, showsDetails: false) ?? pulled(context),
            ListenerRole.Redirect => health.TryHandleAsync(context, showsDetails: false) ?? redirected(context),
            ListenerRole.Admin => OnThePoolAsync(context, admin.HandleAdminAsync),
            _ => OnThePoolAsync(context, admin.HandleMetricsAsync),
        };
    }

    /// <summary>What gathers figures takes longer than a pull should wait.</summary>
    private static async Task OnThePoolAsync(HttpContext context, RequestDelegate handle)
    {
        await PoolThread.EnterAsync();
        await handle(context);
    }

    [LoggerMessage(EventIds.EffectiveConfiguration, LogLevel.Information, "EdgeCache {Version} starts with{Configuration}")]
    private partial void EffectiveConfiguration(string version, string configuration);

    [LoggerMessage(EventIds.DrainStarted, LogLevel.Information, "Leaving: not ready, accepting for {Delay}, then ending what is in flight within {Timeout}.")]
    private partial void DrainStarted(TimeSpan delay, TimeSpan timeout);

    [LoggerMessage(EventIds.DrainEnded, LogLevel.Information, "Nothing is in flight any more.")]
    private partial void DrainEnded();
}
