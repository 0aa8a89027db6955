using System.CommandLine;
using System.Net.Sockets;
using EdgeCache.Configuration;
using EdgeCache.Hosting;

namespace EdgeCache.Cli;

/// <summary>The verbs <c>node</c>, which is also what <c>edgecache</c> alone does, and <c>balancer</c>: one server until a signal ends it.</summary>
internal static class ServerCommand
{
    public static Task<int> RunNodeAsync(ConfigurationLayers layers, InvocationConfiguration console) =>
        RunAsync(OptionsReader.Read(layers), options => EdgeNode.Build(options), console);

    public static Task<int> RunBalancerAsync(ConfigurationLayers layers, InvocationConfiguration console) =>
        RunAsync(OptionsReader.Read(layers, BalancerRules.Check), options => BalancerNode.Build(options), console);

    private static async Task<int> RunAsync(OptionsReading reading, Func<EdgeCacheOptions, EdgeServer> build, InvocationConfiguration console)
    {
        if (!reading.IsValid)
        {
            await WriteErrorsAsync(reading.Errors, console.Error);
            return ExitCodes.WrongConfiguration;
        }

        using var signals = new StopSignals();
        try
        {
            await using var server = build(reading.Options);
            await server.StartAsync(signals.Token, console.Output);
            using var stopping = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, server.Stopping);
            await Task.Delay(Timeout.Infinite, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await server.StopAsync(CancellationToken.None);
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
