using System.CommandLine;
using EdgeCache.Testing.Cli;

var root = new RootCommand("The test kit of EdgeCache by hand: a fake upstream registry and a TCP proxy, both with faults.")
{
    OriginCommand.Create(),
    FaultProxyCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
