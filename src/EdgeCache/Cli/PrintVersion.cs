using System.CommandLine;
using System.CommandLine.Invocation;
using EdgeCache.Hosting;

namespace EdgeCache.Cli;

/// <summary><c>--version</c>: the version alone, on one line.</summary>
internal sealed class PrintVersion : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(ProductVersion.Text);
        return ExitCodes.Success;
    }
}
