using System.CommandLine;
using System.Net.Sockets;
using EdgeCache.Configuration;
using EdgeCache.Hosting;

namespace EdgeCache.Cli;

/// <summary>The verb <c>node</c>, and what <c>edgecache</c> alone does: one node until a signal ends it.</summary>
internal static class NodeCommand
{
    public static async Task<int> RunAsync(ConfigurationLayers layers, InvocationConfiguration console)
    {
        var reading = OptionsReader.Read(layers);
        if (!reading.IsValid)
        {
            await WriteErrorsAsync(reading.Errors, console.Error);
            return ExitCodes.WrongConfiguration;
        }

        using var signals = new StopSignals();
        try
        {
            await using var node = EdgeNode.Build(reading.Options);
            await node.StartAsync(signals.Token, console.Output);
            using var stopping = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, node.Stopping);
            await Task.Delay(Timeout.Infinite, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await node.StopAsync(CancellationToken.None);
            return ExitCodes.Success;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            // Told to end before it had begun.
            return ExitCodes.Success;
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            await console.Error.WriteLineAsync($"edgecache: {failure.Message}");
            return ExitCodes.Failure;
        }
    }

    private static async Task WriteErrorsAsync(IReadOnlyList<OptionError> errors, TextWriter output)
    {
        await output.WriteLineAsync($"edgecache: the configuration has {errors.Count} error{(errors.Count == 1 ? string.Empty : "s")}:");
        foreach (var error in errors)
        {
            await output.WriteLineAsync($"  {error}");
        }

        await output.WriteLineAsync("See edgecache node --help for every key.");
    }
}
