using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Origin;
using EdgeCache.Testing.Edge;
using Xunit;

namespace EdgeCache.FunctionalTests.Tiers;

/// <summary>Tests of branch → region → registry: two nodes by the same clock, of which the branch's upstreams have the region as their only endpoint.</summary>
public abstract class TierTests : EdgeTests
{
    private protected static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private protected static readonly TimeSpan StaleIfError = TimeSpan.FromHours(1);

    /// <param name="branch">Changes the branch's upstreams, which have <c>SendNamespace</c>.</param>
    /// <param name="node">Changes both nodes.</param>
    private protected async Task<(EdgeFixture Branch, EdgeFixture Region)> StartTiersAsync(
        IEnumerable<Sample> samples,
        Func<UpstreamOptions, UpstreamOptions>? branch = null,
        Func<Configuration.EdgeCacheOptions, Configuration.EdgeCacheOptions>? node = null)
    {
        var region = await StartAsync(new EdgeSetup
        {
            Repositories = [.. samples.Select(sample => sample.Repository)],
            Clock = Clock,
            Upstream = Timed,
            Node = node ?? (options => options),
        });
        var near = await StartAsync(new EdgeSetup
        {
            Clock = Clock,
            Upstream = upstream => (branch ?? (options => options))(Timed(upstream) with { Endpoints = [region.Pull], SendNamespace = true }),
            Node = node ?? (options => options),
        });
        return (near, region);
    }

    /// <summary>What the region was asked since the last call.</summary>
    private protected static List<string> TakeRequests(EdgeFixture region)
    {
        var taken = new List<string>();
        while (region.Requests.TryDequeue(out var request))
        {
            taken.Add(request.ToString());
        }

        return taken;
    }

    private protected static void AssertAskedNothing(EdgeFixture region)
    {
        Assert.Empty(TakeRequests(region));
        Assert.Empty(region.Origin.Log.Requests);
    }

    private static UpstreamOptions Timed(UpstreamOptions upstream) => upstream with { TagFreshness = Lifetime, StaleIfError = StaleIfError };
}
