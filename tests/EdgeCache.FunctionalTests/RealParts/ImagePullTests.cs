using EdgeCache.Core.Oci;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>Every kind of image, by every client that can take it: cold, warm, and warm with the upstream stopped.</summary>
[Collection(RealPartsCollection.Name)]
public sealed class ImagePullTests(DockerRegistryStore store)
{
    [RealProgramTheory(DockerRegistry.Program, SkopeoClient.Program)]
    [InlineData("library/hello", "latest")]
    [InlineData("library/hello-docker", "latest")]
    [InlineData("library/layers", "latest")]
    [InlineData("library/large", "latest")]
    [InlineData("tools/report", "v1")]
    public async Task Skopeo_PullsOnceFromUpstream(string name, string tag)
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options);
        await using var skopeo = PullingClient.StartSkopeo(node);

        AssertNothingTwice(await upstream.AssertThreePullsAsync(skopeo, $"docker.io/{name}:{tag}", store[name].Tags[tag]));
    }

    [RealProgramTheory(DockerRegistry.Program, PodmanClient.Program)]
    [InlineData("library/hello")]
    [InlineData("library/hello-docker")]
    [InlineData("library/layers")]
    [InlineData("library/large")]
    public async Task Podman_PullsOnceFromUpstream(string name)
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options);
        await using var podman = PullingClient.StartPodman(node);

        AssertNothingTwice(await upstream.AssertThreePullsAsync(podman, $"docker.io/{name}:latest", store[name].Tags["latest"]));
    }

    [RealProgramTheory(DockerRegistry.Program, ContainerdClient.Program, ContainerdClient.ControlProgram)]
    [InlineData("library/hello", true)]
    [InlineData("library/hello", false)]
    [InlineData("library/hello-docker", false)]
    [InlineData("library/layers", false)]
    [InlineData("library/large", false)]
    public async Task Containerd_PullsOnceFromUpstream(string name, bool allPlatforms)
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options);
        await using var containerd = await PullingClient.StartContainerdAsync(node, allPlatforms);

        AssertNothingTwice(await upstream.AssertThreePullsAsync(containerd, $"docker.io/{name}:latest", store[name].Tags["latest"]));
    }

    [RealProgramTheory(DockerRegistry.Program, DockerdClient.Program, ContainerdClient.Program)]
    [InlineData("library/hello")]
    [InlineData("library/hello-docker")]
    [InlineData("library/layers")]
    [InlineData("library/large")]
    public async Task Dockerd_PullsOnceFromUpstream(string name)
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartWithDefaultAsync(upstream.Options);
        await using var dockerd = await PullingClient.StartDockerdAsync(node);

        AssertNothingTwice(await upstream.AssertThreePullsAsync(dockerd, $"docker.io/{name}:latest", store[name].Tags["latest"]));
    }

    [RealProgramTheory(DockerRegistry.Program, SkopeoClient.Program)]
    [InlineData("library/hello", "latest")]
    [InlineData("library/hello-docker", "latest")]
    [InlineData("library/large", "latest")]
    public async Task SkopeoCopyOfAll_HasEveryMemberAndBlob(string name, string tag)
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options);
        using var skopeo = new SkopeoClient();

        var pull = await skopeo.PullAsync($"{node.Authority}/docker.io/{name}:{tag}");
        await upstream.Registry.SettleAsync();

        Assert.Equal(store[name].Tags[tag], pull.EnsureSuccess());
        Assert.Superset(ContentOf(name), pull.Content.ToHashSet());
        Assert.Equal(store[name].Blobs.Count, upstream.Registry.CountRequests("GET", $"/{name}/blobs/"));
    }

    [RealProgramFact(DockerRegistry.Program, ContainerdClient.Program, ContainerdClient.ControlProgram)]
    public async Task ContainerdOfAllPlatforms_HasEveryMemberAndBlob()
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options);
        await using var containerd = await PullingClient.StartContainerdAsync(node, allPlatforms: true);

        var pull = await containerd.PullAsync("docker.io/library/hello:latest");

        pull.EnsureSuccess();
        Assert.Superset(ContentOf("library/hello"), pull.Content.ToHashSet());
    }

    private static void AssertNothingTwice(IReadOnlyList<string> requests)
    {
        var gets = requests.Where(request => request.StartsWith("GET ", StringComparison.Ordinal)).ToList();
        Assert.Equal(gets.Distinct(), gets);
    }

    private HashSet<Digest> ContentOf(string name) => [.. store[name].Blobs.Keys, .. store[name].Manifests.Keys];
}
