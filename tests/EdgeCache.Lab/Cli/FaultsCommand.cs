using System.CommandLine;
using EdgeCache.Lab.Http;

namespace EdgeCache.Lab.Cli;

/// <summary>The verb <c>faults</c>.</summary>
internal static class FaultsCommand
{
    private const int ReportEvery = 100;

    public static Command Create()
    {
        var count = new Option<int>("--count") { Description = "How often each fault is tried.", DefaultValueFactory = _ => 20 };
        var first = new Option<int>("--first") { Description = "The first number; a failure names its own.", DefaultValueFactory = _ => 1 };
        var seed = new Option<int>("--seed") { Description = "With the fault and the number: what is pulled, by whom, and where it fails.", DefaultValueFactory = _ => 1 };
        var only = new Option<string?>("--fault") { Description = "One fault alone." };
        only.AcceptOnlyFromAmong([.. HttpFaults.All.Select(fault => fault.Name)]);
        var command = new Command("faults", "Lets the upstream of a node fail in every way that HTTP knows, and checks what clients get, what it costs, and what stays.")
        {
            count, first, seed, only,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var runs = new FaultRuns(result.GetValue(seed), [.. HttpFaults.All.Where(fault => result.GetValue(only) is not { } name || fault.Name == name)]);
            await runs.RunAsync(result.GetValue(first), result.GetValue(count), Report, cancellationToken);
            await result.InvocationConfiguration.Output.WriteLineAsync(runs.Totals.ToString());

            void Report()
            {
                if (runs.Totals.Runs is var done && done % ReportEvery == 0)
                {
                    result.InvocationConfiguration.Error.WriteLine($"{done} faults");
                }
            }
        });
        return command;
    }
}
