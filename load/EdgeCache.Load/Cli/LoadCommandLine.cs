using System.CommandLine;
using EdgeCache.Load.Verbs;

namespace EdgeCache.Load.Cli;

/// <summary>The command line: one class in Verbs for each verb. Used once in a process; the output can be replaced for tests.</summary>
internal static class LoadCommandLine
{
    /// <summary>Both children need time to end after Ctrl-C; then the process ends anyhow.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(40);

    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var command = BuildRoot().Parse(arguments);
        if (command.Errors.Count > 0)
        {
            foreach (var problem in command.Errors)
            {
                await error.WriteLineAsync($"load: {problem.Message}");
            }

            await error.WriteLineAsync("See --help.");
            return ExitCodes.WrongCommandLine;
        }

        return await command.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = Farewell });
    }

    internal static RootCommand BuildRoot() => new(
        "Puts load on an edge node and measures what it gives. By itself it starts an origin and a node, each in a process of its own; with "
        + "--target it measures what runs already. Exit code: 0 good, 1 a wrong body, a failed request or a broken promise, 2 wrong command line.")
    {
        ColdBlobVerb.Create(), PullVerb.Create(), HitVerb.Create(), IdleVerb.Create(), PeersVerb.Create(), RunVerb.Create(), SimulateVerb.Create(), TiersVerb.Create(),
        OriginVerb.Create(),
    };
}
