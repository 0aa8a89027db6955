using System.Text.Json;
using EdgeCache.FunctionalTests.Deploy;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>The executable as its users start it, by flags or by a file, between a real registry and real clients.</summary>
[Collection(RealPartsCollection.Name)]
public sealed class NodeProcessTests(DockerRegistryStore store) : IDisposable
{
    private const string Hello = "library/hello";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program)]
    public async Task NodeByFlags_ServesFromItsCacheAfterRestartAndKill()
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        string[] arguments =
        [
            "node", "--listen", "http://127.0.0.1:0", "--admin", "http://127.0.0.1:0", "--cache", _folder.Combine("cache"),
            "--upstream", $"docker.io={upstream.Registry.Url}",
        ];
        using var skopeo = new SkopeoClient();
        var expected = store[Hello].Tags["latest"];

        await using (var cold = await BuiltNode.StartAsync(arguments))
        {
            Assert.Equal(expected, (await skopeo.PullAsync($"{cold.Pull.Authority}/docker.io/{Hello}:latest")).EnsureSuccess());
            Assert.Equal(0, await cold.StopAsync());
        }

        await upstream.Registry.StopAsync();
        await using (var restarted = await BuiltNode.StartAsync(arguments))
        {
            Assert.Equal(expected, (await skopeo.PullAsync($"{restarted.Pull.Authority}/docker.io/{Hello}:latest")).EnsureSuccess());
            await restarted.KillAsync();
        }

        await using var again = await BuiltNode.StartAsync(arguments);
        Assert.Equal(expected, (await skopeo.PullAsync($"{again.Pull.Authority}/{Hello}:latest")).EnsureSuccess());
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program, PodmanClient.Program, "htpasswd")]
    public async Task NodeByFile_HasCredentialsThatItsClientsLack()
    {
        await using var upstream = await RealUpstream.StartAsync(store, UpstreamMode.Passwords);
        var configuration = _folder.Write("edgecache.json", $$"""
            { "EdgeCache": { "Listen": "http://127.0.0.1:0", "Admin": { "Listen": "http://127.0.0.1:0" },
              "Cache": { "Path": {{JsonSerializer.Serialize(_folder.Combine("cache"))}}, "Limit": "1GiB" }, "DefaultUpstream": "docker.io",
              "Upstreams": [ { "Name": "docker.io", "Endpoints": ["{{upstream.Registry.Url}}"], "Username": "{{upstream.Options.Username}}",
                "PasswordFile": {{JsonSerializer.Serialize(_folder.Write("password", upstream.Options.Password + "\n"))}} } ] } }
            """);
        await using var node = await BuiltNode.StartAsync("node", "--config", configuration);
        await using var podman = PullingClient.Of(new PodmanClient());

        await upstream.AssertThreePullsAsync(podman, $"{node.Pull.Authority}/docker.io/{Hello}:latest", store[Hello].Tags["latest"]);

        Assert.Equal(0, await node.StopAsync());
        Assert.DoesNotContain(upstream.Options.Password ?? "-", node.Output, StringComparison.Ordinal);
    }

    [RealProgramFact(DockerRegistry.Program, ContainerdClient.Program, ContainerdClient.ControlProgram)]
    public async Task NodeByFile_TrustsTheAuthorityOfItsUpstream()
    {
        await using var upstream = await RealUpstream.StartAsync(store, UpstreamMode.Tls);
        var configuration = _folder.Write("edgecache.json", $$"""
            { "EdgeCache": { "Listen": "http://127.0.0.1:0", "Admin": { "Listen": "http://127.0.0.1:0" },
              "Cache": { "Path": {{JsonSerializer.Serialize(_folder.Combine("cache"))}} }, "DefaultUpstream": "docker.io",
              "Upstreams": [ { "Name": "docker.io", "Endpoints": ["{{upstream.Registry.Url}}"],
                "CaFile": {{JsonSerializer.Serialize(upstream.Options.CaFile)}} } ] } }
            """);
        await using var node = await BuiltNode.StartAsync("--config", configuration);
        var daemon = await ContainerdClient.StartAsync();
        daemon.AddMirror("docker.io", node.Pull);
        await using var containerd = PullingClient.Of(daemon);

        await upstream.AssertThreePullsAsync(containerd, $"docker.io/{Hello}:latest", store[Hello].Tags["latest"]);
    }

    [Fact]
    public async Task SampleConfigurationOfTheSystemdUnit_StartsANode()
    {
        await using var node = await BuiltNode.StartAsync(
            "node", "--config", DeployFiles.PathOf("systemd/edgecache.json"),
            "--listen", "http://127.0.0.1:0", "--admin", "http://127.0.0.1:0", "--cache", _folder.Combine("cache"));

        Assert.Equal(0, await node.StopAsync());
    }
}
