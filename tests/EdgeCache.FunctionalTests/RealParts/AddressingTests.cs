using EdgeCache.Configuration;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>The ways in which a client may say which upstream it means, and the two schemes of the pull listener.</summary>
[Collection(RealPartsCollection.Name)]
public sealed class AddressingTests(DockerRegistryStore store)
{
    private const string Hello = "library/hello";

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program)]
    public async Task SkopeoByNameWithPrefix_Pulls()
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options);
        await using var skopeo = PullingClient.Of(new SkopeoClient());

        await upstream.AssertThreePullsAsync(skopeo, $"{node.Authority}/docker.io/{Hello}:latest", store[Hello].Tags["latest"]);
    }

    [RealProgramFact(DockerRegistry.Program, PodmanClient.Program)]
    public async Task PodmanByNameWithPrefix_Pulls()
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options);
        await using var podman = PullingClient.Of(new PodmanClient());

        await upstream.AssertThreePullsAsync(podman, $"{node.Authority}/docker.io/{Hello}:latest", store[Hello].Tags["latest"]);
    }

    [RealProgramFact(DockerRegistry.Program, ContainerdClient.Program, ContainerdClient.ControlProgram)]
    public async Task ContainerdByNameWithPrefix_Pulls()
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options);
        await using var containerd = PullingClient.Of(await ContainerdClient.StartAsync());

        await upstream.AssertThreePullsAsync(containerd, $"{node.Authority}/docker.io/{Hello}:latest", store[Hello].Tags["latest"]);
    }

    [RealProgramFact(DockerRegistry.Program, DockerdClient.Program, ContainerdClient.Program)]
    public async Task DockerdByNameWithPrefix_Pulls()
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options);
        await using var dockerd = PullingClient.Of(await DockerdClient.StartAsync("{}"));

        await upstream.AssertThreePullsAsync(dockerd, $"{node.Authority}/docker.io/{Hello}:latest", store[Hello].Tags["latest"]);
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program)]
    public async Task SkopeoByNameAlone_PullsFromTheDefaultUpstream()
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartWithDefaultAsync(upstream.Options);
        await using var skopeo = PullingClient.Of(new SkopeoClient());

        await upstream.AssertThreePullsAsync(skopeo, $"{node.Authority}/{Hello}:latest", store[Hello].Tags["latest"]);
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program)]
    public async Task SkopeoByDigest_PullsWhatTheTagMeant()
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options);
        await using var skopeo = PullingClient.StartSkopeo(node);
        var digest = store[Hello].Tags["latest"];

        await upstream.AssertThreePullsAsync(skopeo, $"docker.io/{Hello}@{digest}", digest);
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program)]
    public async Task SkopeoByHostName_PullsFromTheUpstreamOfThatHost()
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options with { Hosts = ["localhost"] });
        await using var skopeo = PullingClient.Of(new SkopeoClient());

        await upstream.AssertThreePullsAsync(skopeo, $"localhost:{node.Url.Port}/{Hello}:latest", store[Hello].Tags["latest"]);
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program, PodmanClient.Program, ContainerdClient.Program, ContainerdClient.ControlProgram)]
    public async Task HttpsPullListener_IsTrustedThroughItsAuthority()
    {
        using var folder = new TempFolder();
        using var certificates = new TestCertificates(folder.Path);
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(new EdgeCacheOptions
        {
            Certificate = certificates.Server.CertificateFile,
            CertificateKey = certificates.Server.KeyFile,
            DefaultUpstream = upstream.Options.Name,
            Upstreams = [upstream.Options],
        });
        var trusting = new ClientOptions { CaFile = certificates.CaFile };
        using var skopeo = new SkopeoClient();
        using var podman = new PodmanClient();
        await using var containerd = await ContainerdClient.StartAsync();
        containerd.AddMirror("docker.io", node.Url, certificates.CaFile);

        var expected = store[Hello].Tags["latest"];
        Assert.Equal(Uri.UriSchemeHttps, node.Url.Scheme);
        Assert.Equal(expected, (await skopeo.PullAsync($"{node.Authority}/{Hello}:latest", trusting)).EnsureSuccess());
        Assert.Equal(expected, (await podman.PullAsync($"{node.Authority}/{Hello}:latest", trusting)).EnsureSuccess());
        Assert.Equal(expected, (await containerd.PullAsync($"docker.io/{Hello}:latest")).EnsureSuccess());
    }
}
