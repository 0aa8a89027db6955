namespace EdgeCache.Load.Processes;

/// <summary>An edge node in a process of its own, in front of one origin. Its <c>EDGECACHE__…</c> environment is the driver's: any option can be tried.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    /// <summary>The one upstream of the nodes that the driver starts.</summary>
    public const string UpstreamName = "origin.example";

    private readonly ChildProcess _process;

    private NodeProcess(ChildProcess process, IReadOnlyList<Uri> urls)
    {
        _process = process;
        (Url, TlsUrl, AdminUrl) = (urls[0], urls.Count > 2 ? urls[1] : null, urls[^1]);
    }

    public int Id => _process.Id;

    public Uri Url { get; }

    /// <summary>The https listener; null where the settings have no certificate.</summary>
    public Uri? TlsUrl { get; }

    public Uri AdminUrl { get; }

    /// <summary>Completes when all listeners are bound.</summary>
    /// <exception cref="InvalidOperationException">The node did not start; the message says why.</exception>
    public static async Task<NodeProcess> StartAsync(NodeSettings settings, Uri origin, string folder, CancellationToken cancellationToken)
    {
        var plain = settings.Listen.GetLeftPart(UriPartial.Authority);
        string[] listeners = settings.Certificate is null ? [plain] : [plain, "https://127.0.0.1:0"];
        List<string> command =
        [
            .. settings.Launcher, "dotnet", settings.Assembly, "node", .. listeners.SelectMany(listener => (string[])["--listen", listener]),
            "--admin", "http://127.0.0.1:0", "--cache", Path.Combine(folder, "cache"), "--cache-limit", settings.CacheLimit,
            "--upstream", $"{UpstreamName}={origin.AbsoluteUri.TrimEnd('/')}", "--default-upstream", UpstreamName,
        ];
        var (process, urls) = await ServerStart.RunAsync(command, folder, ReadEnvironment(settings), listeners.Length + 1, cancellationToken);
        return new NodeProcess(process, urls);
    }

    /// <summary>SIGKILL, as when its machine dies.</summary>
    public Task KillAsync(CancellationToken cancellationToken) => _process.KillAsync(cancellationToken);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static Dictionary<string, string> ReadEnvironment(NodeSettings settings)
    {
        var environment = new Dictionary<string, string>(settings.Environment)
        {
            ["EDGECACHE__Telemetry__AccessLog"] = settings.HasAccessLog ? "true" : "false",
            ["EDGECACHE__Logging__Level"] = "Warning",
        };
        if (settings.Certificate is { } certificate)
        {
            environment["EDGECACHE__Certificate"] = certificate.CertificateFile;
            environment["EDGECACHE__CertificateKey"] = certificate.KeyFile;
        }

        return environment;
    }
}
