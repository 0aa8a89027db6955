using System.Globalization;
using EdgeCache.Core.Oci;

namespace EdgeCache.Testing.RealPrograms;

/// <summary>
/// A containerd of its own, pulled with through <c>ctr</c> and hosts.toml mirrors, which send <c>?ns=</c>. Without the CRI plug-in; the
/// native snapshotter needs no kernel support. Owned by the test that starts it.
/// </summary>
public sealed class ContainerdClient : IAsyncDisposable
{
    public const string Program = "containerd";
    public const string ControlProgram = "ctr";

    private readonly TempFolder _folder;
    private readonly RealProcess _daemon;

    private ContainerdClient(TempFolder folder, RealProcess daemon)
    {
        _folder = folder;
        _daemon = daemon;
    }

    public static async Task<ContainerdClient> StartAsync()
    {
        var folder = new TempFolder();
        folder.CreateFolder("hosts");
        var configuration = folder.Write("config.toml", $"""
            version = 2
            root = "{folder.CreateFolder("root")}"
            state = "{folder.CreateFolder("state")}"
            disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs",
              "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
            [grpc]
              address = "{folder.Combine("grpc.sock")}"
            [ttrpc]
              address = "{folder.Combine("ttrpc.sock")}"
            """);
        var daemon = RealProcess.Start(Program, ["--config", configuration]);
        await daemon.WaitForLineAsync(line => line.Contains("containerd successfully booted", StringComparison.Ordinal));
        return new ContainerdClient(folder, daemon);
    }

    /// <summary>Pulls of a registry's images go to this host, as <c>?ns=registry</c>; falling back leads to a closed port.</summary>
    /// <param name="registry">Such as <c>docker.io</c>.</param>
    /// <param name="mirror">Scheme, host and port.</param>
    public void AddMirror(string registry, Uri mirror, string? caFile = null)
    {
        var authority = caFile is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"  ca = \"{caFile}\"\n");
        AddHostsFile(registry, $"""
            server = "http://127.0.0.1:1"

            [host."{mirror.AbsoluteUri.TrimEnd('/')}"]
              capabilities = ["pull", "resolve"]
            {authority}
            """);
    }

    /// <summary>Takes a registry's hosts.toml as it stands.</summary>
    public void AddHostsFile(string registry, string text) => _folder.Write($"hosts/{registry}/hosts.toml", text);

    /// <param name="image">A full name, such as <c>docker.io/library/hello:latest</c>.</param>
    /// <param name="allPlatforms">Whether every member of an index is fetched, or this machine's.</param>
    public async Task<ClientPull> PullAsync(string image, ClientOptions? options = null, bool allPlatforms = false)
    {
        List<string> arguments = ["images", "pull", "--hosts-dir", _folder.Combine("hosts"), "--snapshotter", "native"];
        if (options?.Credentials is { } credentials)
        {
            arguments.AddRange(["--user", credentials]);
        }

        if (image.StartsWith("127.", StringComparison.Ordinal))
        {
            arguments.Add("--plain-http");
        }

        if (allPlatforms)
        {
            arguments.Add("--all-platforms");
        }

        var pulled = await RunAsync([.. arguments, image]);
        if (pulled.ExitCode != 0)
        {
            return new ClientPull(default, pulled.All + "\n" + _daemon.Output);
        }

        // REF TYPE DIGEST SIZE PLATFORMS LABELS, with a line of titles.
        var listed = (await RunAsync(["images", "ls", $"name=={image}"])).EnsureSuccess();
        var fields = listed.Output.Split('\n')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var content = (await RunAsync(["content", "ls", "--quiet"])).EnsureSuccess();
        return new ClientPull(Digest.Parse(fields[2]), pulled.All)
        {
            Content = content.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Digest.Parse(line)).ToHashSet(),
        };
    }

    /// <summary>Forgets an image and its content, so that the next pull asks for every layer.</summary>
    public async Task RemoveAsync(string image) => (await RunAsync(["images", "rm", "--sync", image])).EnsureSuccess();

    public async ValueTask DisposeAsync()
    {
        _daemon.Terminate();
        try
        {
            await _daemon.WaitAsync(TimeSpan.FromSeconds(10));
        }
        finally
        {
            await _daemon.DisposeAsync();
            _folder.Dispose();
        }
    }

    private Task<RealProcessResult> RunAsync(IEnumerable<string> arguments) =>
        RealProcess.RunAsync(ControlProgram, ["--address", _folder.Combine("grpc.sock"), .. arguments]);
}
