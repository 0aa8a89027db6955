using System.CommandLine;
using EdgeCache.Lab.SystemCalls;
using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.Lab.Cli;

/// <summary>The verbs <c>kills</c> and <c>disk-errors</c>.</summary>
internal static class TamperingCommands
{
    private const int ReportEvery = 100;

    public static Command CreateKills() => Create(
        "kills", "Kills a process at each system call of fills, publishing and eviction. Needs strace.", 10_000, Tampering.Kills, runs => runs.Killed);

    public static Command CreateDiskErrors() => Create(
        "disk-errors", "Lets the disk fail at each system call of fills, publishing and eviction. Needs strace.", 1000, Tampering.DiskErrors, runs => runs.Ended);

    private static Command Create(string name, string description, int usual, IReadOnlyList<Tampering> tamperings, Func<TamperedRuns, int> number)
    {
        var count = new Option<int>("--count") { Description = "How often it happens.", DefaultValueFactory = _ => usual };
        var seed = new Option<int>("--seed") { Description = "What is pulled, and which call it happens to.", DefaultValueFactory = _ => 1 };
        var command = new Command(name, description) { count, seed };
        command.SetAction(async (result, cancellationToken) =>
        {
            var (output, error) = (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error);
            if (RealProgram.ExplainSkip(TamperedRuns.Programs) is { } obstacle)
            {
                await error.WriteLineAsync(obstacle);
                return 1;
            }

            var runs = new TamperedRuns(tamperings, result.GetValue(seed));
            await runs.RunAsync(() => number(runs) >= result.GetValue(count), Report, cancellationToken);
            await output.WriteLineAsync($"{name}: {number(runs)} runs, {runs.Verified} files verified, 0 wrong, 0 left over");
            return 0;

            void Report()
            {
                if (number(runs) is var done and > 0 && done % ReportEvery == 0)
                {
                    error.WriteLine($"{done} runs");
                }
            }
        });
        return command;
    }
}
