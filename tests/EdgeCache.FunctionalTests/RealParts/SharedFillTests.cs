using EdgeCache.Testing.Network;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>Real clients that ask for one cold image at the same time, over an upstream slow enough for them to meet.</summary>
[Collection(RealPartsCollection.Name)]
public sealed class SharedFillTests(DockerRegistryStore store)
{
    [RealProgramTheory(DockerRegistry.Program, SkopeoClient.Program)]
    [InlineData("library/hello")]
    [InlineData("library/large")]
    public async Task TwoSkopeosAtOnce_CauseOneUpstreamGetADigest(string name)
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var slow = Slow(upstream);
        await using var node = await RealNode.StartAsync(upstream.Options with { Endpoints = [slow.UrlOf(upstream.Registry.Url)] });
        await using var first = PullingClient.StartSkopeo(node);
        await using var second = PullingClient.StartSkopeo(node);

        await AssertOneGetADigestAsync(upstream, name, first, second);

        Assert.Equal(store[name].Blobs.Count, upstream.Registry.CountRequests("GET", "/blobs/"));
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program, PodmanClient.Program, ContainerdClient.Program, ContainerdClient.ControlProgram)]
    public async Task SkopeoPodmanAndContainerdAtOnce_CauseOneUpstreamGetADigest()
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var slow = Slow(upstream);
        await using var node = await RealNode.StartAsync(upstream.Options with { Endpoints = [slow.UrlOf(upstream.Registry.Url)] });
        await using var skopeo = PullingClient.StartSkopeo(node);
        await using var podman = PullingClient.StartPodman(node);
        await using var containerd = await PullingClient.StartContainerdAsync(node);

        await AssertOneGetADigestAsync(upstream, "library/large", skopeo, podman, containerd);

        Assert.Equal(store["library/large"].Blobs.Count, upstream.Registry.CountRequests("GET", "/blobs/"));
    }

    // 2 MiB/s: the large layer (4 MiB) takes two seconds, longer than the clients' starts differ.
    private static FaultProxy Slow(RealUpstream upstream)
    {
        var proxy = FaultProxy.Start(upstream.Registry.Url);
        proxy.State = new FaultProxyState { BytesPerSecond = 2 << 20 };
        return proxy;
    }

    private async Task AssertOneGetADigestAsync(RealUpstream upstream, string name, params PullingClient[] clients)
    {
        var pulls = await Task.WhenAll(clients.Select(client => client.PullAsync($"docker.io/{name}:latest")));
        await upstream.Registry.SettleAsync();

        Assert.All(pulls, pull => Assert.Equal(store[name].Tags["latest"], pull.EnsureSuccess()));
        var gets = upstream.Registry.ListRequests().Where(request => request.StartsWith("GET ", StringComparison.Ordinal)).ToList();
        Assert.Equal(gets.Distinct(), gets);
    }
}
