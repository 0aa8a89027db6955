using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.FunctionalTests.Deploy;

/// <summary>
/// A real HAProxy or nginx on a free loopback port with the shipped file, in which nothing but addresses, and the choice of its two ways to
/// balance, is changed. Owned by the test.
/// </summary>
internal sealed class ExampleProxy : IAsyncDisposable
{
    public const string Haproxy = "haproxy";
    public const string Nginx = "nginx";

    // A free port may be taken by another process before the program binds it.
    private const int MaxStarts = 5;

    private readonly TempFolder _folder;
    private readonly RealProcess _process;

    private ExampleProxy(RealProcess process, TempFolder folder, Uri url)
    {
        _process = process;
        _folder = folder;
        Url = url;
    }

    public Uri Url { get; }

    /// <summary>Starts it in front of two nodes and waits until it answers for one of them.</summary>
    /// <param name="program"><see cref="Haproxy"/> or <see cref="Nginx"/>.</param>
    /// <param name="byDigest">The file's second way: each digest has its node.</param>
    public static async Task<ExampleProxy> StartAsync(string program, bool byDigest, Uri first, Uri second)
    {
        for (var attempt = 1; ; attempt++)
        {
            var folder = new TempFolder();
            var port = FreePort();
            var proxy = new ExampleProxy(
                RealProcess.Start(program, program == Haproxy ? WriteHaproxy(folder, port, byDigest, first, second) : WriteNginx(folder, port, byDigest, first, second)),
                folder,
                new Uri($"http://127.0.0.1:{port}"));
            try
            {
                await Eventually.TrueAsync(() => proxy.IsReadyAsync());
                return proxy;
            }
            catch (InvalidOperationException) when (attempt < MaxStarts)
            {
                await proxy.DisposeAsync();
            }
            catch
            {
                await proxy.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>The arguments that start nginx, with the shipped file included as its users do it.</summary>
    public static IReadOnlyList<string> WriteNginx(TempFolder folder, int port, bool byDigest, Uri first, Uri second)
    {
        var text = Replace(Replace(DeployFiles.Read("nginx/edgecache.conf"), first, second), "listen 5080;", $"listen 127.0.0.1:{port};");
        var included = folder.Write("edgecache.conf", byDigest ? Replace(text, "proxy_pass http://edgecache_nodes;", "proxy_pass http://edgecache_nodes_by_digest;") : text);
        var buffers = string.Join(' ', new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(name => $"{name}_temp_path {folder.Combine("bodies", name)};"));
        folder.CreateFolder("bodies");
        var main = folder.Write("nginx.conf", $$"""
            daemon off; master_process off; pid {{folder.Combine("pid")}}; error_log stderr;
            events { worker_connections 256; }
            http { access_log off; {{buffers}} include {{included}}; }

            """);
        return ["-e", "stderr", "-c", main];
    }

    /// <summary>What it stored of bodies.</summary>
    public IReadOnlyList<string> ListStoredBodies() => [.. _folder.ListFiles().Where(file => file.StartsWith("bodies/", StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A port of the loopback that nobody listened on just now.</summary>
    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static IReadOnlyList<string> WriteHaproxy(TempFolder folder, int port, bool byDigest, Uri first, Uri second)
    {
        var text = Replace(DeployFiles.Read("haproxy/haproxy.cfg"), first, second);
        text = Replace(text, "bind :5080\n", $"bind 127.0.0.1:{port}\n");
        text = Replace(text, "bind 127.0.0.1:8404\n", $"bind {folder.Combine("status.sock")}\n");
        text = byDigest ? Replace(text, "default_backend nodes\n", "default_backend nodes_by_digest\n") : text;
        return ["-db", "-f", folder.Write("haproxy.cfg", text)];
    }

    private static string Replace(string text, Uri first, Uri second) =>
        Replace(Replace(text, "192.0.2.11:5000", first.Authority), "192.0.2.12:5000", second.Authority);

    private static string Replace(string text, string old, string @new) =>
        text.Contains(old, StringComparison.Ordinal)
            ? text.Replace(old, @new, StringComparison.Ordinal)
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The shipped file has no '{old}'."));

    /// <exception cref="InvalidOperationException">It ended.</exception>
    private async Task<bool> IsReadyAsync()
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"It ended with {_process.ExitCode}:\n{_process.Output}");
        }

        try
        {
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            using var answer = await client.GetAsync(new Uri(Url, "/healthz/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
