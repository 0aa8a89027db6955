using System.CommandLine;
using EdgeCache.Lab.Cli;

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
return await root.Parse(args).InvokeAsync();
