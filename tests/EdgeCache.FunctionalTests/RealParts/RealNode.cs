using EdgeCache.Configuration;
using EdgeCache.Hosting;
using EdgeCache.Origin;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging;

namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>A node in this process on free ports with an empty cache. Owned by the test.</summary>
internal sealed class RealNode : IAsyncDisposable
{
    private readonly TempFolder _cache;
    private readonly EdgeNode _node;

    private RealNode(EdgeNode node, TempFolder cache)
    {
        _node = node;
        _cache = cache;
    }

    public Uri Url => _node.PullAddresses[0];

    /// <summary>Host and port, as in image names.</summary>
    public string Authority => Url.Authority;

    /// <summary>
    /// Starts one whose default upstream is another than the given one and cannot be reached, so that a pull succeeds only where the client's
    /// request names the given one.
    /// </summary>
    public static Task<RealNode> StartAsync(UpstreamOptions upstream) => StartAsync(OptionsFor(upstream));

    /// <summary>The options of such a one.</summary>
    public static EdgeCacheOptions OptionsFor(UpstreamOptions upstream) => new()
    {
        DefaultUpstream = "elsewhere.example",
        Upstreams = [new UpstreamOptions { Name = "elsewhere.example", Endpoints = [new Uri("http://127.0.0.1:1")] }, upstream],
    };

    /// <summary>Starts one whose only upstream is the given one.</summary>
    public static Task<RealNode> StartWithDefaultAsync(UpstreamOptions upstream) => StartAsync(new EdgeCacheOptions
    {
        DefaultUpstream = upstream.Name,
        Upstreams = [upstream],
    });

    /// <param name="options">What the test cares about; ports, cache and logs are set here, the scheme of the first address is kept.</param>
    public static async Task<RealNode> StartAsync(EdgeCacheOptions options)
    {
        var cache = new TempFolder();
        var node = EdgeNode.Build(options with
        {
            Listen = [ListenAddress.Parse(options.Certificate is null ? "http://127.0.0.1:0" : "https://127.0.0.1:0")],
            Admin = new AdminOptions { Listen = [ListenAddress.Parse("http://127.0.0.1:0")] },
            Cache = new CacheOptions { Path = cache.Path, Limit = CacheLimit.OfBytes(1L << 30) },
            Telemetry = new TelemetryOptions { AccessLog = false },
            Logging = new LoggingOptions { Level = LogLevel.Error },
        });
        var started = new RealNode(node, cache);
        try
        {
            await node.StartAsync(CancellationToken.None);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _cache.Dispose();
    }
}
