using EdgeCache.Configuration;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Store;
using EdgeCache.Fleet;
using EdgeCache.Hosting;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeCache.FunctionalTests.Fleet;

/// <summary>One node of a fleet with its cache on a real disk and a client for it. Owned by the fixture; can be stopped and started again at its address.</summary>
internal sealed class FleetNode(EdgeCacheOptions options) : IAsyncDisposable
{
    private EdgeNode? _node;
    private EdgeClient? _client;

    /// <summary>Its URL, as the fleet names it.</summary>
    public string Name { get; } = options.Listen[0].ToString();

    public TempFolder Cache { get; private set; } = new();

    public bool IsRunning => _node is not null;

    public EdgeNode Node => _node ?? throw new InvalidOperationException("The node is stopped.");

    public EdgeClient Client => _client ?? throw new InvalidOperationException("The node is stopped.");

    public FleetMembers Members => Node.Services.GetRequiredService<FleetMembers>();

    public async Task StartAsync()
    {
        var node = EdgeNode.Build(options with
        {
            Admin = new AdminOptions { Listen = [ListenAddress.Parse("http://127.0.0.1:0")] },
            Cache = new CacheOptions { Path = Cache.Path, Limit = CacheLimit.OfBytes(1L << 30) },
            Telemetry = new TelemetryOptions { AccessLog = false },
            Logging = new LoggingOptions { Level = LogLevel.None },
        });
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

    /// <summary>Ends at once: connections are cut.</summary>
    public async Task KillAsync()
    {
        var node = Node;
        (_node, var client) = (null, _client);
        await node.Services.GetRequiredService<FillTable>().DisposeAsync();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await node.StopAsync(now.Token);
        await node.DisposeAsync();
        client?.Dispose();
    }

    /// <summary>Comes back at its address with an empty cache.</summary>
    public async Task ReplaceAsync()
    {
        if (IsRunning)
        {
            await KillAsync();
        }

        Cache.Dispose();
        Cache = new TempFolder();
        await StartAsync();
    }

    public Task SettleAsync() => !IsRunning ? Task.CompletedTask : Eventually.TrueAsync(() =>
        Node.Services.GetRequiredService<FillTable>().Active == 0 && Node.Services.GetRequiredService<CacheStore>().OpenFiles == 0);

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }

        _client?.Dispose();
        Cache.Dispose();
    }
}
