using EdgeCache.Configuration;
using EdgeCache.Core.Affinity;
using EdgeCache.Core.Oci;
using EdgeCache.Demo;
using EdgeCache.Fleet;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Network;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Fleet;

/// <summary>One fake origin and several nodes before it that know each other, all in this process. Owned by the test.</summary>
internal sealed class FleetFixture : IAsyncDisposable
{
    public const string Upstream = "docker.io";
    public const string Secret = "the secret of the fleet of the tests";

    private const int MaxTries = 5;

    private readonly FleetSetup _setup;

    private FleetFixture(FleetSetup setup, FakeOrigin origin)
    {
        _setup = setup;
        Origin = origin;
    }

    public FakeOrigin Origin { get; }

    public FleetNode[] Nodes { get; private set; } = [];

    public static async Task<FleetFixture> StartAsync(int nodes, FleetSetup setup, params IEnumerable<SampleRepository> repositories)
    {
        for (var round = 1; ; round++)
        {
            var fixture = new FleetFixture(setup, await FakeOrigin.StartAsync(repositories));
            try
            {
                await fixture.StartNodesAsync(FreePorts.Take(nodes));
                return fixture;
            }
            catch (IOException) when (round < MaxTries)
            {
                await fixture.DisposeAsync();
            }
        }
    }

    /// <summary>The nodes in the order in which they are asked for a digest.</summary>
    public FleetNode[] Rank(Digest digest) => Rank(AffinityKey.Of(digest));

    public FleetNode[] Rank(AffinityKey key) => [.. Nodes.OrderByDescending(node => Rendezvous.Score(key, Rendezvous.HashOf(node.Name), 1))];

    /// <summary>Fetches of blobs from upstream, of which a digest should cost one.</summary>
    public int BlobGets(Digest digest) => Origin.Log.Count(OriginRequestKind.BlobGet, digest);

    /// <summary>Waits until every node that runs takes every other for ready, and those that do not run for dead.</summary>
    public Task AllSeeAllAsync() => Eventually.TrueAsync(() => Nodes.Where(node => node.IsRunning).All(node => node.Members.All.All(member =>
        member.IsSelf || !Array.Exists(Nodes, other => other.Name == member.Name) || (member.State == MemberState.Ready) == Array.Exists(Nodes, other => other.Name == member.Name && other.IsRunning))));

    public Task SettleAsync() => Task.WhenAll(Nodes.Select(node => node.SettleAsync()));

    /// <summary>How many nodes have stored the digest.</summary>
    public int Copies(Digest digest) => Nodes.Count(node => CacheFiles.Holds(node.Cache, digest));

    public async ValueTask DisposeAsync()
    {
        try
        {
            foreach (var node in Nodes)
            {
                await node.DisposeAsync();
            }

            Assert.Empty(Origin.Failures);
        }
        finally
        {
            await Origin.DisposeAsync();
        }
    }

    private async Task StartNodesAsync(int[] ports)
    {
        var members = Array.ConvertAll(ports, port => new MemberAddress(new Uri($"http://127.0.0.1:{port}")));
        foreach (var member in members)
        {
            var node = new FleetNode(_setup.Node(Options(member, members)));
            Nodes = [.. Nodes, node];
            await node.StartAsync();
        }

        await AllSeeAllAsync();
    }

    private EdgeCacheOptions Options(MemberAddress self, MemberAddress[] members) => new()
    {
        Listen = [ListenAddress.Parse(self.Text)],
        Upstreams = [new() { Name = Upstream, Endpoints = [Origin.Url], AllowPrivateAddresses = true }],
        DefaultUpstream = Upstream,
        Fleet = _setup.Fleet(new FleetOptions
        {
            Self = self.Url,
            Members = members,
            Secret = Secret,
            ProbeInterval = TimeSpan.FromMilliseconds(200),
            ProbeTimeout = TimeSpan.FromSeconds(5),
        }),
    };
}
