using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EdgeCache.Testing.RealPrograms;

/// <summary>Debian's <c>docker-registry</c> on a free loopback port over a folder. Owned by the test that starts it.</summary>
public sealed class DockerRegistry : IAsyncDisposable
{
    public const string Program = "docker-registry";

    private const string Marker = "?settled=";
    private static readonly Regex AccessLine = new("\"([A-Z]+ /[^ \"]*) HTTP/");

    private readonly TempFolder _folder = new();
    private readonly string _store;
    private readonly DockerRegistryOptions _options;
    private RealProcess? _process;
    private int _port;
    private int _marks;

    private DockerRegistry(string store, DockerRegistryOptions options)
    {
        _store = store;
        _options = options;
    }

    public Uri Url => new($"{(_options.Certificate is null ? "http" : "https")}://{Authority}");

    /// <summary>Host and port, as in image names.</summary>
    public string Authority => $"127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The end of what it logged, access lines included.</summary>
    public string Output => _process?.Output ?? string.Empty;

    /// <param name="store">The folder of its content, created where it is missing; several registries may read one.</param>
    public static async Task<DockerRegistry> StartAsync(string store, DockerRegistryOptions? options = null)
    {
        var registry = new DockerRegistry(store, options ?? new DockerRegistryOptions());
        await registry.StartAgainAsync();
        return registry;
    }

    /// <summary>How many requests its access log shows with this method, and a path that contains the text.</summary>
    public int CountRequests(string method, string pathPart = "/") =>
        Regex.Count(Output, $"\"{method} [^ \"]*{Regex.Escape(pathPart)}[^ \"]* HTTP/");

    /// <summary>
    /// The lines of its access log so far, without those of <see cref="SettleAsync"/>: <c>GET /v2/library/hello/manifests/latest</c>. A request
    /// is logged after its answer; to count, let it settle first.
    /// </summary>
    public IReadOnlyList<string> ListRequests() =>
        [.. AccessLine.Matches(Output).Select(match => match.Groups[1].Value).Where(request => !request.Contains(Marker, StringComparison.Ordinal))];

    /// <summary>Waits until what was answered before is in the log, as far as a request of our own, sent now, can show it.</summary>
    public async Task SettleAsync()
    {
        var process = _process ?? throw new InvalidOperationException("The registry is stopped.");
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        });
        var mark = $"{Marker}{Interlocked.Increment(ref _marks)}&";
        (await client.GetAsync(new Uri(Url, $"/v2/{mark}"))).Dispose();
        await process.WaitForLineAsync(line => line.Contains($"\"GET /v2/{mark} HTTP/", StringComparison.Ordinal));
    }

    /// <summary>Kills it; connections are cut.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync();
        }
    }

    /// <summary>Starts it on the port it had; its log begins anew.</summary>
    public async Task StartAgainAsync()
    {
        var configuration = _folder.Write("config.yml", await WriteConfigurationAsync());
        _process = RealProcess.Start(Program, ["serve", configuration]);

        // It names the port that port 0 took: msg="listening on 127.0.0.1:34271", with ", tls" after it for https.
        var line = await _process.WaitForLineAsync(text => text.Contains("listening on 127.0.0.1:", StringComparison.Ordinal));
        _port = int.Parse(Regex.Match(line, @"listening on 127\.0\.0\.1:(\d+)").Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private async Task<string> WriteConfigurationAsync()
    {
        var text = new StringBuilder(
            $"""
            version: 0.1
            log: {"{"}level: info{"}"}
            storage:
              filesystem: {"{"}rootdirectory: {_store}{"}"}
            http:
              addr: {Authority}
              secret: of-the-tests

            """);
        if (_options.Certificate is { } certificate)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  tls: {{certificate: {certificate.CertificateFile}, key: {certificate.KeyFile}}}");
        }

        if (_options.Username is not null)
        {
            var hashed = await RealProcess.RunAsync("htpasswd", ["-nbB", _options.Username, _options.Password ?? string.Empty]);
            var file = _folder.Write("htpasswd", hashed.EnsureSuccess().Output.Trim() + "\n");
            text.AppendLine(CultureInfo.InvariantCulture, $"auth:\n  htpasswd: {{realm: docker-registry, path: {file}}}");
        }
        else if (_options.Tokens is { } tokens)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"auth:\n  token: {{realm: '{tokens.Realm}', service: {tokens.Service}, issuer: {tokens.Issuer}, rootcertbundle: {tokens.WriteCertificate(_folder)}}}");
        }

        return text.ToString();
    }
}
