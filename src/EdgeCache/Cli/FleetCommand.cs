using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using EdgeCache.Admin;
using EdgeCache.Configuration;

namespace EdgeCache.Cli;

/// <summary>The verb <c>fleet</c>: asks a node how the fleet is, twice a second apart, and prints members, load and hit rates, and where an image is at home.</summary>
internal static class FleetCommand
{
    private const int MaxBytes = 1 << 20;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <param name="url">The admin address to ask; null asks the first that the configuration names.</param>
    /// <param name="image">The image whose home is wanted; null for none.</param>
    public static async Task<int> RunAsync(
        string? url, string? image, ConfigurationLayers layers, (TextWriter Output, TextWriter Error) console, CancellationToken cancellationToken)
    {
        var (target, problem) = AdminTarget.Find(url, layers, FleetHandler.OverviewPath);
        if (target is null)
        {
            await console.Error.WriteLineAsync($"edgecache: {problem}");
            return ExitCodes.WrongConfiguration;
        }

        if (image is not null)
        {
            target = new UriBuilder(target) { Query = $"{FleetHandler.ImageKey}={Uri.EscapeDataString(image)}" }.Uri;
        }

        try
        {
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout, MaxResponseContentBufferSize = MaxBytes };
            var (before, failure) = await AskAsync(client, target, cancellationToken);
            if (before is null)
            {
                await console.Error.WriteLineAsync($"edgecache: {target}: {failure}");
                return ExitCodes.Failure;
            }

            await Task.Delay(Interval, cancellationToken);
            var (after, _) = await AskAsync(client, target, cancellationToken);
            await console.Output.WriteAsync(FleetTable.Of(before, after ?? before, Interval));
            return ExitCodes.Success;
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException or OperationCanceledException or JsonException)
        {
            await console.Error.WriteLineAsync($"edgecache: {target} does not answer: {failure.Message}");
            return ExitCodes.Failure;
        }
    }

    private static async Task<(FleetOverview? Overview, string Failure)> AskAsync(HttpClient client, Uri target, CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync(target, cancellationToken);
        if (answer.IsSuccessStatusCode)
        {
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            return (JsonSerializer.Deserialize(text, FleetJson.Default.FleetOverview), "no overview came");
        }

        var status = ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        return (null, answer.StatusCode == System.Net.HttpStatusCode.NotFound
            ? "this node has no fleet" : $"{status} {(await answer.Content.ReadAsStringAsync(cancellationToken)).Trim()}");
    }
}
