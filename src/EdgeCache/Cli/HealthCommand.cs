using EdgeCache.Configuration;
using EdgeCache.Hosting;

namespace EdgeCache.Cli;

/// <summary>The verb <c>health</c>: asks a node whether it is ready, for container health checks.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <param name="url">The address to ask; null asks the first admin address that the configuration names.</param>
    public static async Task<int> RunAsync(string? url, ConfigurationLayers layers, (TextWriter Output, TextWriter Error) console, CancellationToken cancellationToken)
    {
        // Only the address is wanted: what else may be wrong with the configuration is the node's to say.
        var (target, problem) = url is null ? FromListener(OptionsReader.Read(layers).Options.Admin.Listen[0]) : FromText(url);
        if (target is null)
        {
            await console.Error.WriteLineAsync($"edgecache: {problem}");
            return ExitCodes.WrongConfiguration;
        }

        try
        {
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout, MaxResponseContentBufferSize = 64 << 10 };
            using var answer = await client.GetAsync(target, cancellationToken);
            await console.Output.WriteLineAsync((await answer.Content.ReadAsStringAsync(cancellationToken)).TrimEnd().AsMemory(), cancellationToken);
            return answer.IsSuccessStatusCode ? ExitCodes.Success : ExitCodes.Failure;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            await console.Error.WriteLineAsync($"edgecache: {target} does not answer: {failure.Message}");
            return ExitCodes.Failure;
        }
    }

    private static (Uri? Target, string Problem) FromListener(ListenAddress listen)
    {
        if (listen.Port == 0)
        {
            return (null, $"the configured admin address {listen} has no fixed port: give --url");
        }

        // An address to bind is not always one to dial.
        var host = listen.Host switch { "*" or "0.0.0.0" => "127.0.0.1", "[::]" => "[::1]", var other => other };
        return (new Uri((listen with { Host = host }) + HealthEndpoints.ReadyPath), string.Empty);
    }

    private static (Uri? Target, string Problem) FromText(string url) =>
        !ValueKinds.Endpoint.TryParse(url, out var parsed)
            ? (null, $"--url = \"{Redaction.Show(url)}\": allowed: {ValueKinds.Endpoint.Allowed}")
            : (parsed.AbsolutePath == "/" ? new Uri(parsed, HealthEndpoints.ReadyPath) : parsed, string.Empty);
}
