using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using EdgeCache.Core.Oci;

namespace EdgeCache.Testing.RealPrograms;

/// <summary>
/// A Docker daemon of its own, asked through its API as the <c>docker</c> command does. It changes nothing of the machine's network and its vfs
/// driver needs no kernel support. Owned by the test that starts it.
/// </summary>
public sealed class DockerdClient : IAsyncDisposable
{
    public const string Program = "dockerd";

    private readonly TempFolder _folder;
    private readonly RealProcess _daemon;
    private readonly HttpClient _api;

    private DockerdClient(TempFolder folder, RealProcess daemon, string socket)
    {
        _folder = folder;
        _daemon = daemon;
        _api = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = (_, cancellationToken) => ConnectAsync(socket, cancellationToken) })
        {
            // Without a version in the path the daemon takes its own.
            BaseAddress = new Uri("http://dockerd/"),
            Timeout = TimeSpan.FromMinutes(2),
        };
    }

    /// <param name="configuration">The text of its daemon.json.</param>
    public static async Task<DockerdClient> StartAsync(string configuration)
    {
        var folder = new TempFolder();
        var socket = folder.Combine("docker.sock");
        var daemon = RealProcess.Start(
            Program,
            [
                $"--config-file={folder.Write("daemon.json", configuration)}",
                $"--data-root={folder.Combine("data")}",
                $"--exec-root={folder.Combine("exec")}",
                $"--pidfile={folder.Combine("pid")}",
                $"--host=unix://{socket}",
                "--storage-driver=vfs",
                "--bridge=none",
                "--iptables=false",
                "--ip6tables=false",
            ],
            new Dictionary<string, string?>
            {
                // Programs under /usr/local are of other versions than Debian's daemon.
                ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin",
                ["HOME"] = folder.CreateFolder("home"),
            });
        try
        {
            await daemon.WaitForLineAsync(line => line.Contains("API listen on", StringComparison.Ordinal));
        }
        catch
        {
            await daemon.DisposeAsync();
            folder.Dispose();
            throw;
        }

        return new DockerdClient(folder, daemon, socket);
    }

    /// <param name="image">A name with its tag, such as <c>docker.io/library/hello:latest</c>.</param>
    public async Task<ClientPull> PullAsync(string image)
    {
        var colon = image.LastIndexOf(':');
        var query = $"fromImage={Uri.EscapeDataString(image[..colon])}&tag={Uri.EscapeDataString(image[(colon + 1)..])}";
        using var pulled = await _api.PostAsync($"images/create?{query}", null);

        // The status is sent before the work is done: a failure is a line of the progress.
        var progress = await pulled.Content.ReadAsStringAsync();
        if (!pulled.IsSuccessStatusCode || progress.Contains("\"error\":", StringComparison.Ordinal))
        {
            return new ClientPull(default, $"{progress}\n{_daemon.Output}");
        }

        var inspected = await _api.GetFromJsonAsync<JsonElement>($"images/{image}/json");
        var named = inspected.GetProperty("RepoDigests")[0].GetString() ?? string.Empty;
        return new ClientPull(Digest.Parse(named.AsSpan(named.IndexOf('@', StringComparison.Ordinal) + 1)), progress);
    }

    /// <summary>Forgets an image, so that the next pull asks for every layer.</summary>
    public async Task RemoveAsync(string image)
    {
        using var removed = await _api.DeleteAsync($"images/{image}?force=true");
        removed.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        _daemon.Terminate();
        try
        {
            await _daemon.WaitAsync(TimeSpan.FromSeconds(30));
        }
        finally
        {
            await _daemon.DisposeAsync();
            _folder.Dispose();
        }
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
