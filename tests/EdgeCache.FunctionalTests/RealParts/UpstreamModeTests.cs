using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>Clients without credentials pull from registries that want them: the node has what is needed, and nobody else.</summary>
[Collection(RealPartsCollection.Name)]
public sealed class UpstreamModeTests(DockerRegistryStore store)
{
    private const string Hello = "library/hello";

    [RealProgramTheory(DockerRegistry.Program, SkopeoClient.Program, "htpasswd")]
    [InlineData(UpstreamMode.Plain)]
    [InlineData(UpstreamMode.Passwords)]
    [InlineData(UpstreamMode.Tokens)]
    [InlineData(UpstreamMode.Tls)]
    public async Task Skopeo_PullsWithoutCredentials(UpstreamMode mode)
    {
        await using var upstream = await RealUpstream.StartAsync(store, mode);
        await using var node = await RealNode.StartAsync(upstream.Options);
        await using var skopeo = PullingClient.StartSkopeo(node);

        await AssertThreePullsAsync(upstream, skopeo);
    }

    [RealProgramTheory(DockerRegistry.Program, PodmanClient.Program, "htpasswd")]
    [InlineData(UpstreamMode.Passwords)]
    [InlineData(UpstreamMode.Tokens)]
    [InlineData(UpstreamMode.Tls)]
    public async Task Podman_PullsWithoutCredentials(UpstreamMode mode)
    {
        await using var upstream = await RealUpstream.StartAsync(store, mode);
        await using var node = await RealNode.StartAsync(upstream.Options);
        await using var podman = PullingClient.StartPodman(node);

        await AssertThreePullsAsync(upstream, podman);
    }

    [RealProgramTheory(DockerRegistry.Program, ContainerdClient.Program, ContainerdClient.ControlProgram, "htpasswd")]
    [InlineData(UpstreamMode.Passwords)]
    [InlineData(UpstreamMode.Tokens)]
    [InlineData(UpstreamMode.Tls)]
    public async Task Containerd_PullsWithoutCredentials(UpstreamMode mode)
    {
        await using var upstream = await RealUpstream.StartAsync(store, mode);
        await using var node = await RealNode.StartAsync(upstream.Options);
        await using var containerd = await PullingClient.StartContainerdAsync(node);

        await AssertThreePullsAsync(upstream, containerd);
    }

    [RealProgramTheory(DockerRegistry.Program, SkopeoClient.Program, "htpasswd")]
    [InlineData(UpstreamMode.Passwords)]
    [InlineData(UpstreamMode.Tokens)]
    public async Task PrivateRegistry_RefusesTheClientAndANodeWithTheWrongPassword(UpstreamMode mode)
    {
        await using var upstream = await RealUpstream.StartAsync(store, mode);
        await using var node = await RealNode.StartAsync(upstream.Options with { Password = "wrong" });
        await using var through = PullingClient.StartSkopeo(node);
        using var direct = new SkopeoClient();

        Assert.False((await direct.PullAsync($"{upstream.Registry.Authority}/{Hello}:latest")).Succeeded);
        Assert.False((await through.PullAsync($"docker.io/{Hello}:latest")).Succeeded);
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program)]
    public async Task TokenRegistry_GivesOneTokenForAWholeImage()
    {
        await using var upstream = await RealUpstream.StartAsync(store, UpstreamMode.Tokens);
        await using var node = await RealNode.StartAsync(upstream.Options);
        await using var skopeo = PullingClient.StartSkopeo(node);

        (await skopeo.PullAsync("docker.io/library/layers:latest")).EnsureSuccess();

        Assert.Equal(["repository:library/layers:pull"], upstream.IssuedTokens);
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program)]
    public async Task TlsRegistryOfAnUnknownAuthority_IsNotTrusted()
    {
        await using var upstream = await RealUpstream.StartAsync(store, UpstreamMode.Tls);
        await using var node = await RealNode.StartAsync(upstream.Options with { CaFile = null });
        await using var skopeo = PullingClient.StartSkopeo(node);

        Assert.False((await skopeo.PullAsync($"docker.io/{Hello}:latest")).Succeeded);
        Assert.Empty(upstream.Registry.ListRequests());
    }

    private Task AssertThreePullsAsync(RealUpstream upstream, PullingClient client) =>
        upstream.AssertThreePullsAsync(client, $"docker.io/{Hello}:latest", store[Hello].Tags["latest"]);
}
