namespace EdgeCache.Load.Processes;

/// <summary>An edge node in a process of its own, in front of one origin. Its <c>EDGECACHE__…</c> environment is the driver's: any option can be tried.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private const string UpstreamName = "origin.example";
    private const string Announcement = "listening on ";

    private readonly ChildProcess _process;

    private NodeProcess(ChildProcess process, Uri url, Uri adminUrl)
    {
        _process = process;
        (Url, AdminUrl) = (url, adminUrl);
    }

    public int Id => _process.Id;

    public Uri Url { get; }

    public Uri AdminUrl { get; }

    /// <summary>Completes when both listeners are bound.</summary>
    /// <exception cref="InvalidOperationException">The node did not start; the message says why.</exception>
    public static async Task<NodeProcess> StartAsync(NodeSettings settings, Uri origin, string folder, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "node", "--listen", "http://127.0.0.1:0", "--admin", "http://127.0.0.1:0", "--cache", Path.Combine(folder, "cache"),
            "--cache-limit", "64GiB", "--upstream", $"{UpstreamName}={origin.AbsoluteUri.TrimEnd('/')}", "--default-upstream", UpstreamName,
        ];
        var environment = new Dictionary<string, string>
        {
            ["EDGECACHE__Telemetry__AccessLog"] = settings.HasAccessLog ? "true" : "false",
            ["EDGECACHE__Logging__Level"] = "Warning",
        };
        var process = ChildProcess.Start(settings.Assembly, arguments, folder, environment);
        try
        {
            var pull = await ReadAddressAsync(process, cancellationToken);
            var admin = await ReadAddressAsync(process, cancellationToken);
            process.DiscardOutput();
            return new NodeProcess(process, pull, admin);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<Uri> ReadAddressAsync(ChildProcess process, CancellationToken cancellationToken)
    {
        var line = await process.ReadLineAsync(cancellationToken);
        return line.StartsWith(Announcement, StringComparison.Ordinal)
            ? new Uri(line[Announcement.Length..])
            : throw new InvalidOperationException($"The node said '{line}' instead of where it listens.");
    }
}
