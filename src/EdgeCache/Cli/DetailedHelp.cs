using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace EdgeCache.Cli;

/// <summary>The help of System.CommandLine, with every configuration key below it for the verbs that are configured.</summary>
internal sealed class DetailedHelp : SynchronousCommandLineAction
{
    private readonly HelpAction _flags = new();

    public override int Invoke(ParseResult parseResult)
    {
        _flags.Invoke(parseResult);
        if (parseResult.CommandResult.Command.Name is not ("demo" or "health"))
        {
            parseResult.InvocationConfiguration.Output.WriteLine(ConfigurationText.ForHelp());
        }

        return ExitCodes.Success;
    }
}
