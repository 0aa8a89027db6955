using EdgeCache.FunctionalTests.Deploy;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>
/// The files under deploy/clients, which users copy: each is given to its client with the node's address in the place of the sample's, and with
/// a closed port in the place of the registry itself, so that a pull goes through the node or nowhere.
/// </summary>
[Collection(RealPartsCollection.Name)]
public sealed class ClientFileTests(DockerRegistryStore store)
{
    private const string SampleAddress = "edge.example:5000";
    private const string Hello = "library/hello";

    [RealProgramTheory(DockerRegistry.Program, PodmanClient.Program)]
    [InlineData("docker.io")]
    [InlineData("ghcr.io")]
    public async Task ContainersFile_MakesPodmanPullThroughTheNode(string registry)
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options with { Name = registry });
        using var podman = new PodmanClient();
        podman.AddConfiguration(ReadContainersFile(node));
        await using var client = PullingClient.Of(podman);

        await upstream.AssertThreePullsAsync(client, $"{registry}/{Hello}:latest", store[Hello].Tags["latest"]);
    }

    [RealProgramTheory(DockerRegistry.Program, SkopeoClient.Program)]
    [InlineData("docker.io")]
    [InlineData("ghcr.io")]
    public async Task ContainersFile_MakesSkopeoPullThroughTheNode(string registry)
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options with { Name = registry });
        using var skopeo = new SkopeoClient();
        skopeo.AddConfiguration(ReadContainersFile(node));
        await using var client = PullingClient.Of(skopeo);

        await upstream.AssertThreePullsAsync(client, $"{registry}/{Hello}:latest", store[Hello].Tags["latest"]);
    }

    [RealProgramFact(DockerRegistry.Program, ContainerdClient.Program, ContainerdClient.ControlProgram)]
    public async Task HostsFile_MakesContainerdPullThroughTheNode()
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options);
        var containerd = await ContainerdClient.StartAsync();
        containerd.AddHostsFile("docker.io", Read("containerd/docker.io/hosts.toml", node).Replace("https://registry-1.docker.io", "http://127.0.0.1:1", StringComparison.Ordinal));
        await using var client = PullingClient.Of(containerd);

        await upstream.AssertThreePullsAsync(client, $"docker.io/{Hello}:latest", store[Hello].Tags["latest"]);
    }

    [RealProgramTheory(DockerRegistry.Program, DockerdClient.Program, ContainerdClient.Program)]
    [InlineData("docker.io/")]
    [InlineData("edge.example:5000/docker.io/")]
    public async Task DaemonFile_MakesDockerPullThroughTheNode(string prefix)
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartWithDefaultAsync(upstream.Options);
        await using var client = PullingClient.Of(await DockerdClient.StartAsync(Read("docker/daemon.json", node)));

        var image = $"{prefix.Replace(SampleAddress, node.Authority, StringComparison.Ordinal)}{Hello}:latest";
        await upstream.AssertThreePullsAsync(client, image, store[Hello].Tags["latest"]);
    }

    private static string ReadContainersFile(RealNode node)
    {
        var text = Read("containers/edgecache.conf", node);
        return text
            .Replace("location = \"docker.io\"", "location = \"127.0.0.1:1\"", StringComparison.Ordinal)
            .Replace("location = \"ghcr.io\"", "location = \"127.0.0.1:1\"", StringComparison.Ordinal);
    }

    private static string Read(string file, RealNode node)
    {
        var text = File.ReadAllText(DeployFiles.PathOf($"clients/{file}"));
        Assert.Contains(SampleAddress, text, StringComparison.Ordinal);
        return text.Replace(SampleAddress, node.Authority, StringComparison.Ordinal);
    }
}
