using System.CommandLine;
using EdgeCache.Load.Cli;
using EdgeCache.Load.Processes;
using EdgeCache.Load.Reporting;
using EdgeCache.Load.Scenarios;

namespace EdgeCache.Load.Verbs;

/// <summary>The verb <c>pull</c>.</summary>
internal sealed class PullVerb
{
    private readonly Option<int> _clients = ValueOption.Count("--clients", (1, 500), 1, "Clients that pull each image at the same moment.");
    private readonly Option<int> _rounds = ValueOption.Count("--rounds", (1, 1000), 2, "How often each image is pulled; the first time is called cold.");
    private readonly Option<ByteCount> _rate = ValueOption.Size("--rate", (0, 1L << 40), 0, "The origin's bytes per second; 0 is no limit.");
    private readonly TargetOptions _target = new(needsDigest: false);
    private readonly NodeOptions _node = new();
    private readonly ReportOption _report = new();

    private PullVerb()
    {
    }

    public static Command Create()
    {
        var verb = new PullVerb();
        var command = new Command("pull", "Pulls whole images as container engines do, cold and then warm, every digest verified: "
            + "times, hit rate, what came from upstream. Without --target: the sample images of edgecache demo.")
        {
            verb._clients, verb._rounds, verb._rate,
        };
        verb._target.AddTo(command);
        verb._node.AddTo(command);
        verb._report.AddTo(command);
        command.SetAction(verb.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var rows = new List<PullFigures>();
        if (_target.Target(result) is { } target)
        {
            var (repository, reference) = _target.Object(result);
            await RunRoundsAsync(result, new PullScenario(target, result.GetValue(_clients), null), [(repository, reference.ToString())], rows, cancellationToken);
        }
        else
        {
            var content = new StageContent([], HasSampleImages: true, result.GetValue(_rate).Bytes);
            await using var stage = await LoadStage.StartAsync(_node.Read(result), content, cancellationToken);
            var scenario = new PullScenario(stage.Target, result.GetValue(_clients), stage.Origin.CountAsync);
            var images = stage.Origin.Catalog.Tags.DistinctBy(tag => tag.Repository).Select(tag => (tag.Repository, tag.Tag)).ToList();
            await RunRoundsAsync(result, scenario, images, rows, cancellationToken);
        }

        await _report.WriteAsync(result, ToTable(rows).ToString(), rows, cancellationToken);
        foreach (var row in rows.Where(row => row.Error is not null))
        {
            await result.InvocationConfiguration.Error.WriteLineAsync($"load: {row.Image}, round {row.Round}: {row.Failures} pulls failed: {row.Error}");
        }

        return rows.All(row => row.Failures == 0) ? ExitCodes.Success : ExitCodes.Failure;
    }

    private async Task RunRoundsAsync(
        ParseResult result, PullScenario scenario, List<(string Repository, string Tag)> images, List<PullFigures> rows, CancellationToken cancellationToken)
    {
        for (var round = 1; round <= result.GetValue(_rounds); round++)
        {
            foreach (var (repository, tag) in images)
            {
                rows.Add(await scenario.RunAsync(repository, tag, round, cancellationToken));
            }
        }
    }

    private static MarkdownTable ToTable(List<PullFigures> rows)
    {
        var table = new MarkdownTable(
            "image", "round", "clients", "min ms", "p50", "p99", "max", "objects", "hit rate %", "MiB", "upstream requests", "upstream MiB", "node CPU s", "failures");
        foreach (var row in rows)
        {
            table.Add(
                row.Image,
                Units.Number(row.Round) + (row.IsCold ? " cold" : " warm"),
                Units.Number(row.Clients),
                Units.Milliseconds(row.Times.Min),
                Units.Milliseconds(row.Times.P50),
                Units.Milliseconds(row.Times.P99),
                Units.Milliseconds(row.Times.Max),
                Units.Number(row.Requests),
                Units.Number(row.HitRate * 100, "0.0"),
                Units.Number(row.Bytes / 1048576.0, "0.0"),
                Units.Number(row.UpstreamRequests),
                Units.Number(row.UpstreamBytes / 1048576.0, "0.0"),
                Units.Seconds(row.NodeCpu),
                Units.Number(row.Failures));
        }

        return table;
    }
}
