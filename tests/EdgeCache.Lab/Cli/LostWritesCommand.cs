using System.CommandLine;
using EdgeCache.Lab.LostWrites;
using EdgeCache.Lab.PowerCuts;

namespace EdgeCache.Lab.Cli;

/// <summary>The verb <c>lost-writes</c>.</summary>
internal static class LostWritesCommand
{
    public static Command Create()
    {
        var count = new Option<int>("--count") { Description = "How many file systems lose what they took.", DefaultValueFactory = _ => 200 };
        var seed = new Option<int>("--seed") { Description = "What is pulled, and when the disk begins; the timing of the disk is the machine's.", DefaultValueFactory = _ => 1 };
        var command = new Command("lost-writes", "Lets the device below an ext4 file system take no more, while clients follow growing files. Needs root and e2fsprogs.") { count, seed };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (LoopFileSystem.ExplainSkip() is { } obstacle)
            {
                await result.InvocationConfiguration.Error.WriteLineAsync(obstacle);
                return 1;
            }

            var runs = new LostWriteRuns(result.GetValue(seed));
            await runs.RunAsync(result.GetValue(count), cancellationToken);
            await result.InvocationConfiguration.Output.WriteLineAsync($"{result.GetValue(count)} disks: {runs.Whole} pulls whole and right, {runs.Failed} cut or refused, 0 wrong");
            return 0;
        });
        return command;
    }
}
