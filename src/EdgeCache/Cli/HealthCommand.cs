using System.Net.Sockets;
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
        var (target, problem) = AdminTarget.Find(url, layers, HealthEndpoints.ReadyPath);
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
        catch (Exception failure) when (failure is HttpRequestException or SocketException or OperationCanceledException)
        {
            await console.Error.WriteLineAsync($"edgecache: {target} does not answer: {failure.Message}");
            return ExitCodes.Failure;
        }
    }
}
