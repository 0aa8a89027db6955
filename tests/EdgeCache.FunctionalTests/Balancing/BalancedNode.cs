using System.Collections.Concurrent;
using EdgeCache.Configuration;
using EdgeCache.Hosting;
using EdgeCache.Serving;
using EdgeCache.Telemetry;
using EdgeCache.Testing;
using EdgeCache.Testing.Network;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeCache.FunctionalTests.Balancing;

/// <summary>A node of a balanced fleet: reached through a proxy that a test can make bad, with a log of what it was asked. Owned by the fleet.</summary>
internal sealed class BalancedNode : IAsyncDisposable
{
    private readonly TempFolder _cache;
    private readonly EdgeNode _node;
    private bool _isStopped;

    private BalancedNode(EdgeNode node, TempFolder cache, ConcurrentQueue<NodeRequest> requests)
    {
        _node = node;
        _cache = cache;
        Requests = requests;
        Proxy = FaultProxy.Start(node.PullAddresses[0]);
    }

    public FaultProxy Proxy { get; }

    /// <summary>Where the balancer and redirected clients reach it.</summary>
    public Uri Url => Proxy.UrlOf(_node.PullAddresses[0]);

    /// <summary>What its registry was asked, health not included.</summary>
    public ConcurrentQueue<NodeRequest> Requests { get; }

    public static async Task<BalancedNode> StartAsync(EdgeCacheOptions options)
    {
        var (cache, requests) = (new TempFolder(), new ConcurrentQueue<NodeRequest>());
        var node = EdgeNode.Build(options with { Cache = new CacheOptions { Path = cache.Path, Limit = CacheLimit.OfBytes(1L << 30) } }, services =>
        {
            services.AddSingleton(new AccessLogOutput(() => Stream.Null));
            services.AddSingleton(provider =>
            {
                var registry = provider.GetRequiredService<RegistryHandler>();
                return new PullPipeline(context => LogAsync(context, registry, requests));
            });
        });
        await node.StartAsync(CancellationToken.None);
        return new BalancedNode(node, cache, requests);
    }

    /// <summary>Leaves as on SIGTERM.</summary>
    public Task StopAsync()
    {
        _isStopped = true;
        return _node.StopAsync(CancellationToken.None);
    }

    /// <summary>The port refuses, and what stood is reset: what others see of a process that was killed.</summary>
    public void Kill()
    {
        Proxy.State = FaultProxyState.Clear with { NewConnections = NewConnections.Refuse };
        Proxy.ResetConnections();
    }

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        if (!_isStopped)
        {
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await _node.StopAsync(now.Token);
        }

        await _node.DisposeAsync();
        _cache.Dispose();
    }

    private static Task LogAsync(HttpContext context, RegistryHandler registry, ConcurrentQueue<NodeRequest> requests)
    {
        requests.Enqueue(new NodeRequest(
            context.Request.Method,
            context.Request.Path.Value ?? string.Empty,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        return registry.HandleAsync(context);
    }
}
