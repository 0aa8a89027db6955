using EdgeCache.Configuration;
using EdgeCache.Fleet;
using EdgeCache.Hosting;
using EdgeCache.Testing.RealPrograms;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>Real clients that pull through a balancer in front of two nodes, in both modes.</summary>
[Collection(RealPartsCollection.Name)]
public sealed class BalancerPullTests(DockerRegistryStore store)
{
    private const string Secret = "a secret of this test's fleet, long enough";

    [RealProgramTheory(DockerRegistry.Program, SkopeoClient.Program)]
    [InlineData("library/large", false)]
    [InlineData("library/large", true)]
    public Task Skopeo_PullsOnceFromUpstream(string name, bool redirects) =>
        AssertPullsOnceAsync(name, redirects, balancer => Task.FromResult(PullingClient.StartSkopeo(balancer)));

    [RealProgramTheory(DockerRegistry.Program, ContainerdClient.Program, ContainerdClient.ControlProgram)]
    [InlineData("library/large", false)]
    [InlineData("library/large", true)]
    public Task Containerd_PullsOnceFromUpstream(string name, bool redirects) =>
        AssertPullsOnceAsync(name, redirects, balancer => PullingClient.StartContainerdAsync(balancer));

    private async Task AssertPullsOnceAsync(string name, bool redirects, Func<Uri, Task<PullingClient>> startClient)
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        var options = RealNode.OptionsFor(upstream.Options) with { Fleet = new FleetOptions { Secret = Secret, Siblings = false, ProbeTimeout = TimeSpan.FromSeconds(10) } };
        await using var first = await RealNode.StartAsync(options);
        await using var second = await RealNode.StartAsync(options);
        await using var balancer = BalancerNode.Build(options with
        {
            Admin = new AdminOptions { Listen = [ListenAddress.Parse("http://127.0.0.1:0")] },
            Fleet = options.Fleet with { Members = [new MemberAddress(first.Url), new MemberAddress(second.Url)] },
            Balancer = new BalancerOptions
            {
                Listen = [ListenAddress.Parse("http://127.0.0.1:0")],
                RedirectListen = [ListenAddress.Parse("http://127.0.0.1:0")],
                // Nodes that do not ask each other have each layer once, and the last pull finds upstream stopped: none may give way to the other.
                MaxLoad = 100,
            },
            Telemetry = new TelemetryOptions { AccessLog = false },
            Logging = new LoggingOptions { Level = LogLevel.Error },
        });
        await balancer.StartAsync(CancellationToken.None);
        await using var client = await startClient(redirects ? balancer.RedirectAddresses[0] : balancer.PullAddresses[0]);

        var cold = await upstream.AssertThreePullsAsync(client, $"docker.io/{name}:latest", store[name].Tags["latest"]);

        var gets = cold.Where(request => request.StartsWith("GET ", StringComparison.Ordinal) && request.Contains("/blobs/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(gets);
        Assert.Equal(gets.Distinct(), gets);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var metrics = await http.GetStringAsync(new Uri(balancer.AdminAddress, "/metrics"));
        Assert.Equal(redirects, metrics.Contains("edgecache_balancer_requests_total{mode=\"redirect\"", StringComparison.Ordinal));
    }
}
