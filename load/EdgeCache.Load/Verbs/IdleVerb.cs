using System.CommandLine;
using EdgeCache.Load.Cli;
using EdgeCache.Load.Reporting;
using EdgeCache.Load.Scenarios;

namespace EdgeCache.Load.Verbs;

/// <summary>The verb <c>idle</c>.</summary>
internal sealed class IdleVerb
{
    private readonly Option<int[]> _objects = ValueOption.Counts("--objects", (0, 4_000_000), 1_000_000, "Blobs in the cache; several give a row each.");

    private readonly Option<TimeSpan> _settle = ValueOption.Duration(
        "--settle", (TimeSpan.Zero, TimeSpan.FromMinutes(10)), TimeSpan.FromSeconds(10), "How long after its load the node's memory is read.");

    private readonly Option<TimeSpan> _limit = ValueOption.Duration(
        "--time-limit", (TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)), TimeSpan.FromMinutes(10), "How long the load may take.");

    private readonly NodeOptions _node = new();
    private readonly ReportOption _report = new();

    private IdleVerb()
    {
    }

    public static Command Create()
    {
        var verb = new IdleVerb();
        var command = new Command("idle", "Starts a node on a cache of many tiny blobs and leaves it alone: the time until it listens and until its index is "
            + "complete, and the memory it keeps.")
        {
            verb._objects, verb._settle, verb._limit,
        };
        verb._node.AddTo(command);
        verb._report.AddTo(command);
        command.SetAction(verb.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var scenario = new IdleScenario(_node.Read(result), result.GetValue(_settle), result.GetValue(_limit));
        var rows = new List<IdleFigures>();
        foreach (var objects in result.GetValue(_objects) ?? [])
        {
            rows.Add(await scenario.RunAsync(objects, cancellationToken));
        }

        var table = new MarkdownTable("objects", "listening ms", "index complete s", "CPU s until then", "RSS MiB", "PSS MiB", "peak RSS MiB");
        foreach (var row in rows)
        {
            table.Add(
                Units.Number(row.Objects),
                Units.Milliseconds(row.Listening),
                Units.Seconds(row.Loaded),
                Units.Seconds(row.LoadCpu),
                Units.Mebibytes(row.ResidentBytes),
                Units.Mebibytes(row.ProportionalBytes),
                Units.Mebibytes(row.PeakResidentBytes));
        }

        await _report.WriteAsync(result, table.ToString(), rows, cancellationToken);
        return ExitCodes.Success;
    }
}
