using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using EdgeCache.Admin;
using EdgeCache.Configuration;
using Spectre.Console;

namespace EdgeCache.Cli;

/// <summary>The verb <c>scrub</c>: has a running node check all that it stores, and shows how far it is.</summary>
internal static class ScrubCommand
{
    private const int MaxLineChars = 4 << 10;

    /// <summary>A node says something twice a second, but for a disk that hangs.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(2);

    /// <param name="url">The admin address to ask; null asks the first that the configuration names.</param>
    /// <param name="bytesPerSecond">The highest rate; null for none.</param>
    /// <returns><see cref="ExitCodes.DamageFound"/> where something was damaged.</returns>
    public static async Task<int> RunAsync(
        string? url, long? bytesPerSecond, ConfigurationLayers layers, (TextWriter Output, TextWriter Error) console, CancellationToken cancellationToken)
    {
        var (target, problem) = AdminTarget.Find(url, layers, ScrubHandler.Path);
        if (target is null)
        {
            await console.Error.WriteLineAsync($"edgecache: {problem}");
            return ExitCodes.WrongConfiguration;
        }

        if (bytesPerSecond is { } rate)
        {
            target = new UriBuilder(target) { Query = string.Create(CultureInfo.InvariantCulture, $"{ScrubHandler.RateKey}={rate}") }.Uri;
        }

        try
        {
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
            using var request = new HttpRequestMessage(HttpMethod.Post, target);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).WaitAsync(Silence, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                await console.Error.WriteLineAsync($"edgecache: {target}: {(int)answer.StatusCode} {ReasonOf(answer.StatusCode)}");
                return ExitCodes.Failure;
            }

            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
            var last = await FollowAsync(lines, console.Output, cancellationToken);
            return await ConcludeAsync(last, console);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException or TimeoutException or OperationCanceledException or JsonException)
        {
            await console.Error.WriteLineAsync($"edgecache: {target} does not answer: {failure.Message}");
            return ExitCodes.Failure;
        }
    }

    private static string ReasonOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => "this server stores nothing",
        HttpStatusCode.Conflict => "another check is running",
        _ => "the node refuses",
    };

    private static async Task<ScrubReport?> FollowAsync(StreamReader lines, TextWriter output, CancellationToken cancellationToken)
    {
        var screen = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        ScrubReport? last = null;
        await screen.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).StartAsync(async shown =>
        {
            var check = shown.AddTask("checking");
            while (await lines.ReadLineAsync(cancellationToken).AsTask().WaitAsync(Silence, cancellationToken) is { } line)
            {
                if (line.Length > MaxLineChars || JsonSerializer.Deserialize(line, ScrubJson.Default.ScrubReport) is not { } report)
                {
                    throw new JsonException("A line is none of a check.");
                }

                last = report;
                check.Description = $"{report.Objects} objects, {ByteSize.Round(report.Bytes)}";
                check.MaxValue = Math.Max(1, report.TotalBytes);
                check.Value = report.IsEnded ? check.MaxValue : Math.Min(report.Bytes, report.TotalBytes);
            }
        });
        return last;
    }

    private static async Task<int> ConcludeAsync(ScrubReport? last, (TextWriter Output, TextWriter Error) console)
    {
        if (last is not { IsEnded: true, Error: null })
        {
            await console.Error.WriteLineAsync($"edgecache: the check has not ended: {last?.Error ?? "the node has left"}");
            return ExitCodes.Failure;
        }

        await console.Output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{last.Objects} objects with {ByteSize.Round(last.Bytes)} checked: {last.Damaged} damaged{(last.Unknown > 0 ? $", {last.Unknown} not readable now" : string.Empty)}"));
        return last.Damaged > 0 ? ExitCodes.DamageFound : last.Unknown > 0 ? ExitCodes.Failure : ExitCodes.Success;
    }
}
