using System.CommandLine;
using EdgeCache.Lab.PowerCuts;

namespace EdgeCache.Lab.Cli;

/// <summary>The verb <c>power-cuts</c>.</summary>
internal static class PowerCutsCommand
{
    private const int ReportEvery = 100;

    public static Command Create()
    {
        var count = new Option<int>("--count") { Description = "How often the power is cut.", DefaultValueFactory = _ => 1000 };
        var seed = new Option<int>("--seed") { Description = "What is pulled, and when the power is cut; the timing of the disk is the machine's.", DefaultValueFactory = _ => 1 };
        var command = new Command("power-cuts", "Cuts the power of an ext4 file system on a loop device in the middle of fills and evictions. Needs root and e2fsprogs.") { count, seed };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (LoopFileSystem.ExplainSkip() is { } obstacle)
            {
                await result.InvocationConfiguration.Error.WriteLineAsync(obstacle);
                return 1;
            }

            var runs = new PowerCutRuns(result.GetValue(seed));
            await runs.RunAsync(result.GetValue(count), Report, cancellationToken);
            await result.InvocationConfiguration.Output.WriteLineAsync(
                $"{result.GetValue(count)} power cuts, {runs.InFills} of them in a fill: {runs.Verified} files verified, 0 wrong, 0 lost");
            return 0;

            void Report(int done)
            {
                if (done % ReportEvery == 0)
                {
                    result.InvocationConfiguration.Error.WriteLine($"{done} power cuts");
                }
            }
        });
        return command;
    }
}
