using System.CommandLine;
using System.Globalization;
using EdgeCache.Lab.Http;

namespace EdgeCache.Lab.Cli;

/// <summary>The verb <c>cuts</c>.</summary>
internal static class CutsCommand
{
    public static Command Create()
    {
        var bytes = new Option<long>("--bytes") { Description = "The blob's length.", DefaultValueFactory = _ => 1L << 30 };
        var every = new Option<long>("--every") { Description = "After so many bytes each connection is cut.", DefaultValueFactory = _ => 50L << 20 };
        var resets = new Option<bool>("--resets") { Description = "Cut by a reset, which takes what was not read yet." };
        var seed = new Option<int>("--seed") { Description = "Of the content.", DefaultValueFactory = _ => 1 };
        var command = new Command("cuts", "Pulls one blob over an upstream that cuts the connection again and again, in one request of a client.") { bytes, every, resets, seed };
        command.SetAction(async (result, _) =>
        {
            var line = new CutLine(result.GetValue(bytes), result.GetValue(every), result.GetValue(resets), result.GetValue(seed));
            await result.InvocationConfiguration.Output.WriteLineAsync(Describe(line, await line.PullAsync()));
        });
        return command;
    }

    public static string Describe(CutLine line, CutLineResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"whole and right in {result.ClientRequests} request of the client, {result.UpstreamRequests:N0} upstream; upstream sent {(double)result.UpstreamBytes / line.SizeBytes:0.0000} of its {line.SizeBytes:N0} bytes");
}
