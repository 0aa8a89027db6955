using EdgeCache.Configuration;
using EdgeCache.Core.Affinity;
using EdgeCache.Core.Oci;
using EdgeCache.Fleet;
using EdgeCache.Hosting;
using EdgeCache.Origin;
using EdgeCache.Telemetry;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EdgeCache.FunctionalTests.Balancing;

/// <summary>A fake origin, nodes in front of it that do not know of each other, and a balancer in front of them. Owned by the test.</summary>
internal sealed class BalancedFleet : IAsyncDisposable
{
    public const string Secret = "a secret of this test's fleet, long enough";

    private readonly List<IAsyncDisposable> _started = [];
    private BalancerNode? _balancer;
    private EdgeClient? _client;

    private BalancedFleet(FakeOrigin origin)
    {
        Origin = origin;
        _started.Add(origin);
    }

    public FakeOrigin Origin { get; }

    public List<BalancedNode> Nodes { get; } = [];

    public BalancerNode Balancer => _balancer ?? throw new InvalidOperationException("Not started.");

    /// <summary>A client of the balancer's first pull listener, which redirects only whom the networks say.</summary>
    public EdgeClient Client => _client ?? throw new InvalidOperationException("Not started.");

    public FleetMembers Members => Balancer.Services.GetRequiredService<FleetMembers>();

    public static async Task<BalancedFleet> StartAsync(BalancedSetup setup)
    {
        var fleet = new BalancedFleet(await FakeOrigin.StartAsync(setup.Repositories));
        try
        {
            for (var i = 0; i < setup.Nodes; i++)
            {
                fleet.Own(await BalancedNode.StartAsync(setup.Node(fleet.Common())));
            }

            await fleet.StartBalancerAsync(setup);
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>The nodes in the order in which a blob or manifest of this digest is asked of them.</summary>
    public List<BalancedNode> Ranking(Digest digest) => Ranking(AffinityKey.Of(digest));

    public List<BalancedNode> Ranking(AffinityKey key) => [.. Nodes.OrderByDescending(node =>
        Rendezvous.Score(key, Rendezvous.HashOf(new MemberAddress(node.Url).Text), 1))];

    /// <summary>How often nodes were asked for the path, one number a node.</summary>
    public List<int> CountsOf(string path) => [.. Nodes.Select(node => node.Requests.Count(request => request.Path == path))];

    /// <summary>The sum of a metric's samples whose labels contain the text.</summary>
    public async Task<double> MetricAsync(string name, string labels = "")
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var text = await http.GetStringAsync(new Uri(Balancer.AdminAddress, "/metrics"));
        return text.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains(labels, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_balancer is not null)
        {
            await _balancer.DisposeAsync();
        }

        foreach (var started in Enumerable.Reverse(_started))
        {
            await started.DisposeAsync();
        }

        Assert.Empty(Origin.Failures);
    }

    private void Own(BalancedNode node)
    {
        Nodes.Add(node);
        _started.Add(node);
    }

    private async Task StartBalancerAsync(BalancedSetup setup)
    {
        var options = Common();
        _balancer = BalancerNode.Build(
            setup.Balancer(options with
            {
                Fleet = options.Fleet with { Members = [.. Nodes.Select(node => new MemberAddress(node.Url))] },
                Balancer = new BalancerOptions { Listen = [ListenAddress.Parse("http://127.0.0.1:0")] },
            }),
            services => services.AddSingleton(new AccessLogOutput(() => Stream.Null)));
        await _balancer.StartAsync(CancellationToken.None);
        _client = new EdgeClient(_balancer.PullAddresses[0]);
        // The first look, or a fault of the test's would meet that.
        await Eventually.TrueAsync(() => Nodes.All(node => node.Proxy.Counters.BytesToClients > 0));
    }

    private EdgeCacheOptions Common() => new()
    {
        Listen = [ListenAddress.Parse("http://127.0.0.1:0")],
        Admin = new AdminOptions { Listen = [ListenAddress.Parse("http://127.0.0.1:0")] },
        DefaultUpstream = EdgeFixture.DefaultUpstream,
        Upstreams = [Upstream(EdgeFixture.DefaultUpstream), Upstream(EdgeFixture.OtherUpstream) with { Hosts = [EdgeFixture.OtherHost] }],
        // Between two looks a test is over: what it sees is what requests made of it. A probe that is late for want of a processor is no failure.
        Fleet = new FleetOptions { Secret = Secret, ProbeInterval = TimeSpan.FromMinutes(1), ProbeTimeout = TimeSpan.FromSeconds(5) },
        Telemetry = new TelemetryOptions { AccessLog = false },
        Logging = new LoggingOptions { Level = LogLevel.None },
    };

    private UpstreamOptions Upstream(string name) => new() { Name = name, Endpoints = [Origin.Url], AllowPrivateAddresses = true };
}
