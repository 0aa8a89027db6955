using System.Net;
using EdgeCache.Core.Oci;
using EdgeCache.Demo;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>Real clients against real registries with no node between them: what fails here is the kit or the machine, not EdgeCache.</summary>
[Collection(RealPartsCollection.Name)]
public sealed class RealPartsSelfTests(DockerRegistryStore store)
{
    private const string Hello = "library/hello";

    [RealProgramTheory(DockerRegistry.Program, SkopeoClient.Program)]
    [InlineData("library/hello", "latest")]
    [InlineData("library/hello-docker", "latest")]
    [InlineData("library/layers", "latest")]
    [InlineData("library/large", "latest")]
    [InlineData("tools/report", "v1")]
    public async Task SkopeoFromPlainRegistry_WritesEveryByte(string name, string tag)
    {
        await using var registry = await store.StartRegistryAsync();
        using var skopeo = new SkopeoClient();

        var pull = await skopeo.PullAsync($"{registry.Authority}/{name}:{tag}");

        Assert.Equal(store[name].Tags[tag], pull.EnsureSuccess());
        Assert.Superset(ListBlobs(store[name], tag), pull.Content.ToHashSet());
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program)]
    public async Task SkopeoThroughMirror_PullsWhatTheMirrorHas()
    {
        await using var registry = await store.StartRegistryAsync();
        using var skopeo = new SkopeoClient();
        skopeo.AddMirror("docker.io", registry.Authority);

        var pull = await skopeo.PullAsync($"docker.io/{Hello}:latest");

        Assert.Equal(store[Hello].Tags["latest"], pull.EnsureSuccess());
        Assert.True(registry.CountRequests("GET", "/blobs/") >= 3);
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program)]
    public async Task SkopeoThroughMirrorThatIsDown_Fails()
    {
        await using var registry = await store.StartRegistryAsync();
        using var skopeo = new SkopeoClient();
        skopeo.AddMirror("docker.io", registry.Authority);
        await registry.StopAsync();

        Assert.False((await skopeo.PullAsync($"docker.io/{Hello}:latest")).Succeeded);
        await registry.StartAgainAsync();
        Assert.True((await skopeo.PullAsync($"docker.io/{Hello}:latest")).Succeeded);
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program, "htpasswd")]
    public async Task RegistryWithPasswords_WantsThem()
    {
        await using var registry = await store.StartRegistryAsync(new DockerRegistryOptions { Username = "user", Password = "secret" });
        using var skopeo = new SkopeoClient();

        var refused = await skopeo.PullAsync($"{registry.Authority}/{Hello}:latest");
        var pull = await skopeo.PullAsync($"{registry.Authority}/{Hello}:latest", new ClientOptions { Username = "user", Password = "secret" });

        Assert.False(refused.Succeeded);
        Assert.Equal(store[Hello].Tags["latest"], pull.EnsureSuccess());
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program)]
    public async Task RegistryWithTokens_TrustsTheKitsServer()
    {
        await using var tokens = await JwtTokenServer.StartAsync("user", "secret");
        await using var registry = await store.StartRegistryAsync(new DockerRegistryOptions { Tokens = tokens });
        using var skopeo = new SkopeoClient();

        var refused = await skopeo.PullAsync($"{registry.Authority}/{Hello}:latest");
        var pull = await skopeo.PullAsync($"{registry.Authority}/{Hello}:latest", new ClientOptions { Username = "user", Password = "secret" });

        Assert.False(refused.Succeeded);
        Assert.Equal(store[Hello].Tags["latest"], pull.EnsureSuccess());
        Assert.Contains($"repository:{Hello}:pull", tokens.Issued);
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program, PodmanClient.Program, ContainerdClient.Program, ContainerdClient.ControlProgram)]
    public async Task RegistryWithTls_IsTrustedThroughItsAuthority()
    {
        using var folder = new TempFolder();
        using var certificates = new TestCertificates(folder.Path);
        await using var registry = await store.StartRegistryAsync(new DockerRegistryOptions { Certificate = certificates.Server });
        var trusting = new ClientOptions { CaFile = certificates.CaFile };
        using var skopeo = new SkopeoClient();
        using var podman = new PodmanClient();
        await using var containerd = await ContainerdClient.StartAsync();
        containerd.AddMirror("docker.io", registry.Url, certificates.CaFile);

        var expected = store[Hello].Tags["latest"];
        Assert.Equal(expected, (await skopeo.PullAsync($"{registry.Authority}/{Hello}:latest", trusting)).EnsureSuccess());
        Assert.Equal(expected, (await podman.PullAsync($"{registry.Authority}/{Hello}:latest", trusting)).EnsureSuccess());
        Assert.Equal(expected, (await containerd.PullAsync($"docker.io/{Hello}:latest")).EnsureSuccess());
    }

    [RealProgramTheory(DockerRegistry.Program, PodmanClient.Program)]
    [InlineData("library/hello")]
    [InlineData("library/hello-docker")]
    [InlineData("library/layers")]
    [InlineData("library/large")]
    public async Task PodmanFromPlainRegistry_Unpacks(string name)
    {
        await using var registry = await store.StartRegistryAsync();
        using var podman = new PodmanClient();

        Assert.Equal(store[name].Tags["latest"], (await podman.PullAsync($"{registry.Authority}/{name}:latest")).EnsureSuccess());
    }

    [RealProgramFact(DockerRegistry.Program, PodmanClient.Program)]
    public async Task PodmanThroughMirror_PullsAgainAfterItForgot()
    {
        await using var registry = await store.StartRegistryAsync();
        using var podman = new PodmanClient();
        podman.AddMirror("docker.io", registry.Authority);

        var first = await podman.PullAsync($"docker.io/{Hello}:latest");
        await podman.RemoveAllAsync();
        var blobs = registry.CountRequests("GET", "/blobs/");
        var second = await podman.PullAsync($"docker.io/{Hello}:latest");

        Assert.Equal(store[Hello].Tags["latest"], first.EnsureSuccess());
        Assert.Equal(first.Digest, second.EnsureSuccess());
        Assert.Equal(2 * blobs, registry.CountRequests("GET", "/blobs/"));
    }

    [RealProgramTheory(DockerRegistry.Program, ContainerdClient.Program, ContainerdClient.ControlProgram)]
    [InlineData("library/hello", true)]
    [InlineData("library/hello-docker", false)]
    [InlineData("library/layers", false)]
    [InlineData("library/large", false)]
    public async Task ContainerdThroughMirror_SendsTheNamespaceAndUnpacks(string name, bool allPlatforms)
    {
        await using var registry = await store.StartRegistryAsync();
        await using var containerd = await ContainerdClient.StartAsync();
        containerd.AddMirror("docker.io", registry.Url);

        var pull = await containerd.PullAsync($"docker.io/{name}:latest", allPlatforms: allPlatforms);

        Assert.Equal(store[name].Tags["latest"], pull.EnsureSuccess());
        Assert.True(registry.CountRequests("GET", "?ns=docker.io") > 0);
    }

    [RealProgramFact(DockerRegistry.Program, ContainerdClient.Program, ContainerdClient.ControlProgram)]
    public async Task ContainerdThatForgot_PullsEveryLayerAgain()
    {
        await using var registry = await store.StartRegistryAsync();
        await using var containerd = await ContainerdClient.StartAsync();
        containerd.AddMirror("docker.io", registry.Url);

        (await containerd.PullAsync($"docker.io/{Hello}:latest")).EnsureSuccess();
        var blobs = registry.CountRequests("GET", "/blobs/");
        await containerd.RemoveAsync($"docker.io/{Hello}:latest");
        (await containerd.PullAsync($"docker.io/{Hello}:latest")).EnsureSuccess();

        Assert.Equal(2 * blobs, registry.CountRequests("GET", "/blobs/"));
    }

    [RealProgramFact(DockerRegistry.Program)]
    public async Task RegistryStoppedAndStartedAgain_KeepsItsPort()
    {
        await using var registry = await store.StartRegistryAsync();
        using var client = new HttpClient { BaseAddress = registry.Url };
        var port = registry.Url.Port;

        await registry.StopAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/v2/"));
        await registry.StartAgainAsync();

        using var response = await client.GetAsync("/v2/");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(port, registry.Url.Port);
    }

    [Fact]
    public void MissingProgram_IsNamedInTheSkip()
    {
        Assert.Equal("Not installed: no-such-program.", new RealProgramFactAttribute("sh", "no-such-program").Skip);
        Assert.Null(new RealProgramFactAttribute("sh").Skip);
    }

    [RealProgramFact(ContainerdClient.Program)]
    public void DaemonForRootOnly_IsNamedInTheSkip()
    {
        Assert.Equal("Needs root: containerd.", RealProgram.ExplainSkip(["sh", ContainerdClient.Program], isRoot: false));
        Assert.Null(RealProgram.ExplainSkip(["sh", ContainerdClient.Program], isRoot: true));
    }

    /// <summary>The configurations and layers below a tag.</summary>
    private static HashSet<Digest> ListBlobs(SampleRepository repository, string tag)
    {
        Assert.Contains(tag, repository.Tags.Keys);

        // The repositories with referrers have blobs that no tag leads to.
        return repository.Name.Value.StartsWith("tools/", StringComparison.Ordinal) ? [] : [.. repository.Blobs.Keys];
    }
}
