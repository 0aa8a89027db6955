using System.CommandLine;
using EdgeCache.Lab.Simulation;

namespace EdgeCache.Lab.Cli;

/// <summary>The verb <c>simulate</c>.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var seeds = new Option<int>("--seeds") { Description = "How many seeds are run.", DefaultValueFactory = _ => 10_000 };
        var first = new Option<int>("--first") { Description = "The first seed; a failure names its own, which replays it.", DefaultValueFactory = _ => 1 };
        var steps = new Option<int>("--steps") { Description = "Steps of one run.", DefaultValueFactory = _ => SeededRuns.Steps };
        var command = new Command("simulate", "Runs store, fills and eviction over a simulated disk, clock and upstream, and checks the invariants after every step.")
        {
            seeds, first, steps,
        };
        command.SetAction(result =>
        {
            var runs = new SeededRuns(result.GetValue(first), result.GetValue(seeds), result.GetValue(steps));
            var totals = runs.Run(done => result.InvocationConfiguration.Error.WriteLine($"{done} seeds"));
            result.InvocationConfiguration.Output.WriteLine($"{result.GetValue(seeds)} seeds from {result.GetValue(first)}: {totals}");
        });
        return command;
    }
}
