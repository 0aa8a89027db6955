using EdgeCache.Configuration;
using EdgeCache.Fleet;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.FunctionalTests.Fleet;
using EdgeCache.Hosting;
using EdgeCache.Telemetry;
using EdgeCache.Testing.Edge;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EdgeCache.FunctionalTests.Balancing;

/// <summary>Nodes that ask each other, behind a balancer with its usual bound: what the bound sends away from its home costs nothing upstream.</summary>
public sealed class SiblingsBehindBalancerTests : EdgeTests
{
    private readonly Sample _sample = Sample.Create("library/app", 8 << 20);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HundredClientsOnOneColdBlob_AreOneUpstreamGet(bool redirects)
    {
        var fleet = Own(await FleetFixture.StartAsync(4, new FleetSetup(), _sample.Repository));
        var balancer = Own(BalancerNode.Build(
            new EdgeCacheOptions
            {
                Admin = new AdminOptions { Listen = [ListenAddress.Parse("http://127.0.0.1:0")] },
                Upstreams = [new() { Name = FleetFixture.Upstream, Endpoints = [fleet.Origin.Url] }],
                DefaultUpstream = FleetFixture.Upstream,
                Fleet = new FleetOptions
                {
                    Members = [.. fleet.Nodes.Select(node => new MemberAddress(new Uri(node.Name)))],
                    Secret = FleetFixture.Secret,
                    ProbeTimeout = TimeSpan.FromSeconds(5),
                },
                Balancer = new BalancerOptions { Listen = [ListenAddress.Parse("http://127.0.0.1:0")], RedirectListen = [ListenAddress.Parse("http://127.0.0.1:0")] },
                Telemetry = new TelemetryOptions { AccessLog = false },
                Logging = new LoggingOptions { Level = LogLevel.None },
            },
            services => services.AddSingleton(new AccessLogOutput(() => Stream.Null))));
        await balancer.StartAsync(CancellationToken.None);
        using var client = new EdgeClient(redirects ? balancer.RedirectAddresses[0] : balancer.PullAddresses[0]);

        var gate = fleet.Origin.HoldAt(_sample.BlobDigest(0), 1 << 20);
        var pulls = Enumerable.Range(0, 100).Select(async _ =>
        {
            var answer = await client.GetAsync(_sample.BlobPath(0));
            return answer.Status == 307 ? await client.GetAsync(answer["Location"]!) : answer; // A redirect has one.
        }).ToList();
        await gate.ReachedAsync();
        gate.Release();

        Assert.All(await Task.WhenAll(pulls), answer => answer.AssertIs(_sample.Layers[0].Bytes));
        Assert.Equal(1, fleet.BlobGets(_sample.BlobDigest(0)));
    }
}
