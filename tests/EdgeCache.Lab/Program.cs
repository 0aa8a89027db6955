using System.CommandLine;
using EdgeCache.Lab;
using EdgeCache.Lab.Cli;
using EdgeCache.Lab.Simulation;

var root = new RootCommand("The fault laboratory of EdgeCache: what a node promises, tried again and again while things break.")
{
    ReportCommand.Create(),
    SimulateCommand.Create(),
    PowerCutsCommand.Create(),
    LostWritesCommand.Create(),
    SlowReadersCommand.Create(),
    TamperingCommands.CreateKills(),
    TamperingCommands.CreateDiskErrors(),
    FaultsCommand.Create(),
    CutsCommand.Create(),
    WorkCommand.Create(),
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception failure) when (failure is LabFailedException or SimulationFailedException)
{
    // What was not kept, and what repeats it. Anything else is a fault of the laboratory, and shown as such.
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
