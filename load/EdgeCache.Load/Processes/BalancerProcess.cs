namespace EdgeCache.Load.Processes;

/// <summary>A balancer of ours before nodes, in a process of its own.</summary>
internal sealed class BalancerProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private BalancerProcess(ChildProcess process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    /// <summary>Completes when it listens.</summary>
    /// <exception cref="InvalidOperationException">It did not start; the message says why.</exception>
    public static async Task<BalancerProcess> StartAsync(
        NodeSettings settings, Uri origin, IEnumerable<Uri> members, string folder, CancellationToken cancellationToken)
    {
        string[] command =
        [
            .. settings.Launcher, "dotnet", settings.Assembly, "balancer", "--listen", "http://127.0.0.1:0", "--admin", "http://127.0.0.1:0",
            "--members", string.Join(',', members.Select(member => member.GetLeftPart(UriPartial.Authority))),
            "--upstream", $"{NodeProcess.UpstreamName}={origin.AbsoluteUri.TrimEnd('/')}", "--default-upstream", NodeProcess.UpstreamName,
        ];
        var environment = new Dictionary<string, string>
        {
            ["EDGECACHE__Telemetry__AccessLog"] = "false",
            ["EDGECACHE__Logging__Level"] = "Warning",
        };
        var (process, urls) = await ServerStart.RunAsync(command, folder, environment, 2, cancellationToken);
        return new BalancerProcess(process, urls[0]);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
