using EdgeCache.Configuration;
using EdgeCache.Fleet;
using EdgeCache.Hosting;
using EdgeCache.SharedState;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeCache.FunctionalTests.Fleet;

/// <summary>A balancer in this process before nodes that are processes. Owned by the test.</summary>
internal sealed class FleetBalancer : IAsyncDisposable
{
    private readonly BalancerNode _node;

    private FleetBalancer(BalancerNode node) => _node = node;

    public Uri Url => _node.PullAddresses[0];

    /// <summary>Where clients are sent on to a node for blobs.</summary>
    public Uri RedirectUrl => _node.RedirectAddresses[0];

    public IReadOnlyList<Member> Members => _node.Services.GetRequiredService<FleetMembers>().All;

    /// <param name="members">None where it is to find them.</param>
    public static async Task<FleetBalancer> StartAsync(IReadOnlyList<Uri> members, RedisOptions? redis = null)
    {
        var node = BalancerNode.Build(new EdgeCacheOptions
        {
            Admin = new AdminOptions { Listen = [ListenAddress.Parse("http://127.0.0.1:0")] },
            Upstreams = [new() { Name = FleetFixture.Upstream, Endpoints = [new Uri("http://127.0.0.1:1")] }],
            DefaultUpstream = FleetFixture.Upstream,
            Fleet = new FleetOptions { Members = [.. members.Select(member => new MemberAddress(member))], Secret = FleetFixture.Secret, RefreshInterval = TimeSpan.FromSeconds(1) },
            Redis = redis ?? new RedisOptions(),
            Balancer = new BalancerOptions { Listen = [ListenAddress.Parse("http://127.0.0.1:0")], RedirectListen = [ListenAddress.Parse("http://127.0.0.1:0")] },
            Telemetry = new TelemetryOptions { AccessLog = false },
            Logging = new LoggingOptions { Level = LogLevel.None },
        });
        try
        {
            await node.StartAsync(CancellationToken.None);
            return new FleetBalancer(node);
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _node.StopAsync(now.Token);
        await _node.DisposeAsync();
    }
}
