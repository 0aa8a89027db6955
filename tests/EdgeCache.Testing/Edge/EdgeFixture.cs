using System.Collections.Concurrent;
using EdgeCache.Configuration;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Hosting;
using EdgeCache.Origin;
using EdgeCache.Serving;
using EdgeCache.Telemetry;
using EdgeCache.Testing.Origin;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EdgeCache.Testing.Edge;

/// <summary>
/// A fake origin, a node in front of it with a cache folder on a real disk, and a client. Owned by the test; the node can be restarted on its folder.
/// Disposal fails on whatever was left behind: leases, temporary files, fills, errors of the origin.
/// </summary>
internal sealed class EdgeFixture : IAsyncDisposable
{
    public const string DefaultUpstream = "docker.io";

    /// <summary>A second upstream at the same origin, also reached by the Host <see cref="OtherHost"/>.</summary>
    public const string OtherUpstream = "other.example:5000";

    public const string OtherHost = "other.edge.example";

    private readonly EdgeSetup _setup;
    private int _inFlight;
    private EdgeNode? _node;
    private EdgeClient? _client;

    private EdgeFixture(EdgeSetup setup, FakeOrigin origin)
    {
        _setup = setup;
        Origin = origin;
    }

    public FakeOrigin Origin { get; }

    public TempFolder Cache { get; } = new();

    public EdgeNode Node => _node ?? throw new InvalidOperationException("The node is stopped.");

    public EdgeClient Client => _client ?? throw new InvalidOperationException("The node is stopped.");

    public Uri Pull => Node.PullAddresses[0];

    public CacheStore Store => Node.Services.GetRequiredService<CacheStore>();

    public FillTable Fills => Node.Services.GetRequiredService<FillTable>();

    /// <summary>Requests on the pull listener that the node has begun and not ended.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Every request on the pull listener, in order of arrival.</summary>
    public ConcurrentQueue<NodeRequest> Requests { get; } = new();

    /// <summary>The options of the next start.</summary>
    public EdgeCacheOptions Options => _setup.Node(new EdgeCacheOptions
    {
        Listen = [ListenAddress.Parse("http://127.0.0.1:0")],
        Admin = new AdminOptions { Listen = [ListenAddress.Parse("http://127.0.0.1:0")] },
        // Scrubbed by hand only: a test that damages a file wants to see who finds it.
        Cache = new CacheOptions { Path = Cache.Path, Limit = CacheLimit.OfBytes(1L << 30), ScrubPeriod = TimeSpan.Zero },
        DefaultUpstream = DefaultUpstream,
        Upstreams = [_setup.Upstream(Upstream(DefaultUpstream)), _setup.Upstream(Upstream(OtherUpstream) with { Hosts = [OtherHost] })],
        Telemetry = new TelemetryOptions { AccessLog = false },
        Logging = new LoggingOptions { Level = LogLevel.None },
    });

    public static async Task<EdgeFixture> StartAsync(EdgeSetup setup)
    {
        var fixture = new EdgeFixture(setup, await FakeOrigin.StartAsync(setup.Origin, setup.Repositories));
        try
        {
            await fixture.StartNodeAsync();
            return fixture;
        }
        catch
        {
            await fixture.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the node gracefully; the cache folder and the origin stay.</summary>
    public async Task StopNodeAsync()
    {
        await Node.StopAsync(CancellationToken.None);
        _client?.Dispose();
        await Node.DisposeAsync();
        (_node, _client) = (null, null);
    }

    public async Task StartNodeAsync()
    {
        var node = EdgeNode.Build(Options, AddServices);
        try
        {
            await node.StartAsync(CancellationToken.None);
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }

        (_node, _client) = (node, new EdgeClient(node.PullAddresses[0]));
    }

    public async Task RestartNodeAsync()
    {
        await StopNodeAsync();
        await StartNodeAsync();
    }

    public PoolUsage Usage(BlobPool pool) => Store.Eviction.Usage(pool);

    /// <summary>The value of a sample in the node's metrics, the sum over its labels; of at most a second ago by the node's clock.</summary>
    public async Task<double> MetricAsync(string name)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var text = await http.GetStringAsync(new Uri(Node.AdminAddress, "/metrics"));
        return text.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is ' ' or '{')
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Waits until nothing is in progress: a fill publishes after its readers have the last byte.</summary>
    public Task SettleAsync() => Eventually.TrueAsync(() => Fills.Active == 0 && Store.OpenFiles == 0);

    /// <summary>Nothing is stored under the digest.</summary>
    public async Task AssertNotStoredAsync(Digest digest)
    {
        await SettleAsync();
        Assert.False(CacheFiles.Holds(Cache, digest));
        Assert.Empty(CacheFiles.Temporary(Cache));
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_node is not null)
            {
                await SettleAsync();
                Assert.Empty(CacheFiles.Temporary(Cache));
                CacheFiles.AssertVerified(Cache);
            }

            Assert.Empty(Origin.Failures);
        }
        finally
        {
            _client?.Dispose();
            if (_node is not null)
            {
                await _node.DisposeAsync();
            }

            await Origin.DisposeAsync();
            Cache.Dispose();
        }
    }

    private UpstreamOptions Upstream(string name) => new() { Name = name, Endpoints = [Origin.Url], AllowPrivateAddresses = true };

    private void AddServices(IServiceCollection services)
    {
        services.AddSingleton(new AccessLogOutput(() => Stream.Null));
        services.AddSingleton(provider => new PullPipeline(context => CountAsync(provider.GetRequiredService<RegistryHandler>(), context)));
        if (_setup.Clock is { } clock)
        {
            services.AddSingleton(clock);
        }

        _setup.Services?.Invoke(services);
    }

    private async Task CountAsync(RegistryHandler handler, HttpContext context)
    {
        Interlocked.Increment(ref _inFlight);
        Requests.Enqueue(NodeRequest.Of(context));
        try
        {
            await handler.HandleAsync(context);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }
}
