using EdgeCache.Configuration;
using EdgeCache.Hosting;
using EdgeCache.Telemetry;
using EdgeCache.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Tests.Hosting;

/// <summary>A node on free ports with a pull pipeline of the test's, and a client for it.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly TempFolder _cache;

    private TestNode(EdgeNode node, MemoryStream accessLog, TempFolder cache)
    {
        Node = node;
        AccessLog = accessLog;
        _cache = cache;
    }

    public EdgeNode Node { get; }

    /// <summary>Whole after the node is disposed.</summary>
    public MemoryStream AccessLog { get; }

    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };

    public Uri Pull => Node.PullAddresses[0];

    public Uri Admin => Node.AdminAddress;

    public static EdgeCacheOptions Options { get; } = new()
    {
        Listen = [ListenAddress.Parse("http://127.0.0.1:0")],
        Admin = new AdminOptions { Listen = [ListenAddress.Parse("http://127.0.0.1:0")] },
        Logging = new LoggingOptions { Level = LogLevel.Error },
    };

    public static async Task<TestNode> StartAsync(
        RequestDelegate? pull = null, EdgeCacheOptions? options = null, Action<IServiceCollection>? extra = null, TextWriter? announcements = null)
    {
        var accessLog = new MemoryStream();
        var cache = new TempFolder();
        var node = EdgeNode.Build((options ?? Options) with { Cache = new CacheOptions { Path = cache.Path } }, services =>
        {
            services.AddSingleton(new AccessLogOutput(() => accessLog));
            if (pull is not null)
            {
                services.AddSingleton(new PullPipeline(pull));
            }

            extra?.Invoke(services);
        });
        await node.StartAsync(CancellationToken.None, announcements);
        return new TestNode(node, accessLog, cache);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Node.DisposeAsync();
        _cache.Dispose();
    }
}
