using EdgeCache.Configuration;
using EdgeCache.Demo;

namespace EdgeCache.FunctionalTests.Balancing;

/// <summary>What a test's fleet differs in from the usual.</summary>
internal sealed record BalancedSetup
{
    public IReadOnlyList<SampleRepository> Repositories { get; init; } = [];

    public int Nodes { get; init; } = 3;

    public Func<EdgeCacheOptions, EdgeCacheOptions> Node { get; init; } = node => node;

    public Func<EdgeCacheOptions, EdgeCacheOptions> Balancer { get; init; } = balancer => balancer;

    /// <summary>With a second listener, which redirects.</summary>
    public BalancedSetup Redirecting() => this with
    {
        Balancer = options => Balancer(options with { Balancer = options.Balancer with { RedirectListen = [ListenAddress.Parse("http://127.0.0.1:0")] } }),
    };

    /// <summary>Without a bound on a node's load: a digest has one home, however hot it is.</summary>
    public BalancedSetup WithoutBound() => this with
    {
        Balancer = options => Balancer(options with { Balancer = options.Balancer with { MaxLoad = 100 } }),
    };
}
