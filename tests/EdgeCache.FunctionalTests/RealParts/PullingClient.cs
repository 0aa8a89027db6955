using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>One of the real clients, set up as its users would with a node as the mirror of docker.io. Owned by the test.</summary>
internal sealed class PullingClient : IAsyncDisposable
{
    private readonly Func<string, Task<ClientPull>> _pull;
    private readonly Func<string, Task> _forget;
    private readonly Func<ValueTask> _dispose;

    private PullingClient(Func<string, Task<ClientPull>> pull, Func<string, Task> forget, Func<ValueTask> dispose)
    {
        _pull = pull;
        _forget = forget;
        _dispose = dispose;
    }

    /// <summary>skopeo, whose mirror is named with the upstream as a path.</summary>
    public static PullingClient StartSkopeo(RealNode node) => StartSkopeo(node.Url);

    /// <param name="mirror">Scheme, host and port.</param>
    public static PullingClient StartSkopeo(Uri mirror)
    {
        var skopeo = new SkopeoClient();
        skopeo.AddMirror(RealUpstream.Name, $"{mirror.Authority}/{RealUpstream.Name}");
        return Of(skopeo);
    }

    /// <summary>podman, whose mirror is named with the upstream as a path.</summary>
    public static PullingClient StartPodman(RealNode node)
    {
        var podman = new PodmanClient();
        podman.AddMirror(RealUpstream.Name, $"{node.Authority}/{RealUpstream.Name}");
        return Of(podman);
    }

    /// <summary>containerd, which names the upstream in its query.</summary>
    /// <param name="allPlatforms">Whether every member of an index is fetched, or this machine's.</param>
    public static Task<PullingClient> StartContainerdAsync(RealNode node, bool allPlatforms = false) => StartContainerdAsync(node.Url, allPlatforms);

    /// <param name="mirror">Scheme, host and port.</param>
    public static async Task<PullingClient> StartContainerdAsync(Uri mirror, bool allPlatforms = false)
    {
        var containerd = await ContainerdClient.StartAsync();
        containerd.AddMirror(RealUpstream.Name, mirror);
        return Of(containerd, allPlatforms);
    }

    /// <summary>The Docker daemon, which names no upstream.</summary>
    public static async Task<PullingClient> StartDockerdAsync(RealNode node) =>
        Of(await DockerdClient.StartAsync($$"""{ "registry-mirrors": ["http://{{node.Authority}}"] }"""));

    public static PullingClient Of(SkopeoClient skopeo) => new(image => skopeo.PullAsync(image), _ => Task.CompletedTask, () => Dispose(skopeo));

    public static PullingClient Of(PodmanClient podman) => new(image => podman.PullAsync(image), _ => podman.RemoveAllAsync(), () => Dispose(podman));

    public static PullingClient Of(ContainerdClient containerd, bool allPlatforms = false) =>
        new(image => containerd.PullAsync(image, allPlatforms: allPlatforms), containerd.RemoveAsync, containerd.DisposeAsync);

    public static PullingClient Of(DockerdClient dockerd) => new(dockerd.PullAsync, dockerd.RemoveAsync, dockerd.DisposeAsync);

    public Task<ClientPull> PullAsync(string image) => _pull(image);

    /// <summary>Makes the next pull of the image ask for all of it.</summary>
    public Task ForgetAsync(string image) => _forget(image);

    public ValueTask DisposeAsync() => _dispose();

    private static ValueTask Dispose(IDisposable client)
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }
}
