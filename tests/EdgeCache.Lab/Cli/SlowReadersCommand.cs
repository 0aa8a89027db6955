using System.CommandLine;
using EdgeCache.Lab.SlowReaders;

namespace EdgeCache.Lab.Cli;

/// <summary>The verb <c>slow-readers</c>.</summary>
internal static class SlowReadersCommand
{
    public static Command Create()
    {
        var usual = new SlowReaderSettings();
        var count = new Option<int>("--count") { Description = "How many nodes are tried.", DefaultValueFactory = _ => 5 };
        var seed = new Option<int>("--seed") { Description = "What is pulled, by whom and how slowly; the next run has the next one.", DefaultValueFactory = _ => 1 };
        var memory = new Option<int>("--memory") { Description = "MiB that the node and the pages of its files may take.", DefaultValueFactory = _ => (int)(usual.MemoryBytes >> 20) };
        var clients = new Option<int>("--clients") { Description = "Clients that read slowly, or not at all.", DefaultValueFactory = _ => usual.Clients };
        var pullers = new Option<int>("--pullers") { Description = "Clients that pull as fast as they can, at once.", DefaultValueFactory = _ => usual.Pullers };
        var stall = new Option<int>("--stall-timeout") { Description = "Seconds after which the node lets a client go that takes nothing.", DefaultValueFactory = _ => (int)usual.StallTimeout.TotalSeconds };
        var full = new Option<bool>("--full-disk") { Description = "The cache's disk is full, so that everything passes through memory. Needs root and e2fsprogs." };
        var command = new Command("slow-readers", "Runs a node in a memory cgroup with clients that read slowly or not at all, while others pull more than its memory holds.")
        {
            count, seed, memory, clients, pullers, stall, full,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var settings = usual with
            {
                MemoryBytes = (long)result.GetValue(memory) << 20,
                Clients = result.GetValue(clients),
                Pullers = result.GetValue(pullers),
                StallTimeout = TimeSpan.FromSeconds(result.GetValue(stall)),
                IsDiskFull = result.GetValue(full),
            };
            if (SlowReaderRuns.ExplainSkip(settings) is { } obstacle)
            {
                await result.InvocationConfiguration.Error.WriteLineAsync(obstacle);
                return 1;
            }

            var runs = new SlowReaderRuns(settings, result.GetValue(seed));
            await runs.RunAsync(result.GetValue(count), cancellationToken);
            await result.InvocationConfiguration.Output.WriteLineAsync($"{result.GetValue(count)} nodes of {result.GetValue(memory)} MiB: {runs.Totals}");
            return 0;
        });
        return command;
    }
}
