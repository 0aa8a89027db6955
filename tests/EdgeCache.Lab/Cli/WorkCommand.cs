using System.CommandLine;
using EdgeCache.Lab.Work;

namespace EdgeCache.Lab.Cli;

/// <summary>The verb <c>work</c>, which the other experiments start and tamper with.</summary>
internal static class WorkCommand
{
    public static Command Create()
    {
        var folder = new Option<string>("--folder") { Description = "The cache folder.", Required = true };
        var content = new Option<int>("--content") { Description = "The seed of the content.", DefaultValueFactory = _ => 1 };
        var order = new Option<int>("--order") { Description = "The seed of the order of pulls.", DefaultValueFactory = _ => 1 };
        var pulls = new Option<int>("--pulls") { Description = "Pulls of each of two clients.", DefaultValueFactory = _ => 60 };
        var command = new Command("work", "Says that it is ready, waits for SIGCONT, and then pulls blobs over a cache folder, without HTTP.") { folder, content, order, pulls };
        command.SetAction((result, _) => Worker.RunAsync(
            result.GetRequiredValue(folder), result.GetValue(content), result.GetValue(order), result.GetValue(pulls), result.InvocationConfiguration.Output));
        return command;
    }
}
