using System.Globalization;
using EdgeCache.Demo;
using EdgeCache.FunctionalTests.Deploy;
using EdgeCache.FunctionalTests.RealParts;
using EdgeCache.Testing.Origin;
using EdgeCache.Testing.RealPrograms;
using Xunit;
using Xunit.Abstractions;

namespace EdgeCache.FunctionalTests.Fleet;

/// <summary>
/// Real clients pull, three at a time, while nodes are killed with SIGKILL and started again. A pull that fails is repeated, as a kubelet does.
/// The environment's EDGECACHE_TEST_PULLS sets how many there are.
/// </summary>
[Collection(RealPartsCollection.Name)]
public sealed class KilledNodePullTests(ITestOutputHelper output)
{
    private const int MaxTries = 3;
    private const int Lanes = 3;
    private const int Images = 9;
    private const int LayerBytes = 1 << 20;

    private static readonly int Pulls = int.TryParse(Environment.GetEnvironmentVariable("EDGECACHE_TEST_PULLS"), CultureInfo.InvariantCulture, out var pulls) ? pulls : 9;

    private static readonly (SampleRepository Repository, SampleImage Image)[] Apps = [.. Enumerable.Range(0, Images).Select(CreateApp)];

    [RealProgramFact(ContainerdClient.Program, ContainerdClient.ControlProgram)]
    public Task Containerd_ThroughTheBalancer_NoPullFails() => AssertNoPullFailsAsync(nodes: 3, victims: 3, async fleet =>
    {
        var balancer = await FleetBalancer.StartAsync(fleet.Urls);
        return (balancer, await PullingClient.StartContainerdAsync(balancer.Url));
    });

    /// <summary>One of the two is left alone: HAProxy takes some seconds to take a node back.</summary>
    [RealProgramFact(SkopeoClient.Program, ExampleProxy.Haproxy)]
    public Task Skopeo_ThroughHaproxy_NoPullFails() => AssertNoPullFailsAsync(nodes: 2, victims: 1, async fleet =>
    {
        var proxy = await ExampleProxy.StartAsync(ExampleProxy.Haproxy, byDigest: false, fleet.Urls[0], fleet.Urls[1]);
        return (proxy, PullingClient.StartSkopeo(proxy.Url));
    });

    private async Task AssertNoPullFailsAsync(int nodes, int victims, Func<FleetProcesses, Task<(IAsyncDisposable Way, PullingClient Client)>> startClient)
    {
        await using var origin = await FakeOrigin.StartAsync(Apps.Select(app => app.Repository));
        // A cold image takes a second or so, in which its node may be killed.
        origin.BytesPerSecond = 8 << 20;
        await using var fleet = await FleetProcesses.StartAsync(origin, nodes);
        var (way, client) = await startClient(fleet);
        await using var owned = way;
        await using var ownedClient = client;
        var (started, repeated, killed) = (0, 0, 0);

        async Task PullLaneAsync(int lane)
        {
            // Each has images of its own: what one forgets none of the others is about to use.
            for (var index = lane; Interlocked.Increment(ref started) <= Pulls; index = (index + Lanes) % Images)
            {
                var (repository, image) = Apps[index];
                var name = $"{FleetFixture.Upstream}/{repository.Name}:latest";
                var pull = await client.PullAsync(name);
                for (var tries = 1; !pull.Succeeded && tries < MaxTries; tries++)
                {
                    Interlocked.Increment(ref repeated);
                    output.WriteLine(pull.Output);
                    pull = await client.PullAsync(name);
                }

                Assert.Equal(image.Digest, pull.EnsureSuccess());
                await client.ForgetAsync(name);
            }
        }

        var pulling = Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(() => PullLaneAsync(lane))));
        do
        {
            await fleet.KillAndStartAsync(killed++ % victims);
        }
        while (!pulling.IsCompleted);

        await pulling;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Pulls} pulls, {repeated} of them repeated, {killed} nodes killed"));
    }

    private static (SampleRepository Repository, SampleImage Image) CreateApp(int index)
    {
        var builder = new SampleRepositoryBuilder($"team/app{index}");
        var image = builder.AddImage([SampleLayer.Tar(index * 2, LayerBytes), SampleLayer.Tar((index * 2) + 1, LayerBytes)], "latest");
        return (builder.Build(), image);
    }
}
