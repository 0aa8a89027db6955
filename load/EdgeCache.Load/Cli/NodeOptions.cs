using System.CommandLine;
using EdgeCache.Load.Processes;

namespace EdgeCache.Load.Cli;

/// <summary>The options of the node that the driver starts.</summary>
internal sealed class NodeOptions
{
    private readonly Option<FileInfo> _assembly = new("--node")
    {
        Description = "The edgecache.dll to measure; by default the one that was built with the driver.",
        HelpName = "PATH",
    };

    private readonly Option<bool> _accessLog = new("--access-log") { Description = "The node writes its access log. Without it: off." };

    private readonly Option<DirectoryInfo> _folder = new("--folder")
    {
        Description = "Where the node's cache is made and removed again; by default the folder for temporary files.",
        HelpName = "DIR",
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_assembly.AcceptExistingOnly(), _accessLog, _folder.AcceptExistingOnly()])
        {
            command.Options.Add(option);
        }
    }

    public NodeSettings Read(ParseResult result) => new(
        result.GetValue(_assembly)?.FullName ?? Path.Combine(AppContext.BaseDirectory, "edgecache.dll"),
        result.GetValue(_accessLog),
        result.GetValue(_folder)?.FullName ?? Path.GetTempPath());
}
