using System.CommandLine;
using EdgeCache.Load.Cli;
using EdgeCache.Load.Processes;
using EdgeCache.Load.Reporting;
using EdgeCache.Load.Scenarios;

namespace EdgeCache.Load.Verbs;

/// <summary>The verb <c>tiers</c>.</summary>
internal sealed class TiersVerb
{
    private readonly Option<int[]> _near = ValueOption.Counts(
        "--near", (1, 10_000), 20, "Mbit/s of the link between branch and region; several give rows each.");

    private readonly Option<int> _far = ValueOption.Count("--far", (1, 10_000), 100, "Mbit/s of the link between region and registry.");

    private readonly Option<TimeSpan> _roundTrip = ValueOption.Duration(
        "--round-trip", (TimeSpan.Zero, TimeSpan.FromSeconds(2)), TimeSpan.FromMilliseconds(50), "Of each link, there and back.");

    private readonly Option<ByteCount> _size = ValueOption.Size("--size", (1, 64 << 20), 8 << 20, "A blob's size.");
    private readonly Option<int> _rounds = ValueOption.Count("--rounds", (1, 20), 3, "Pulls of each kind; the table has their medians.");
    private readonly Option<TimeSpan> _limit = ValueOption.Duration(
        "--time-limit", (TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)), TimeSpan.FromMinutes(2), "When a pull is given up.");

    private readonly NodeOptions _node = new();
    private readonly ReportOption _report = new();

    private TiersVerb()
    {
    }

    public static Command Create()
    {
        var verb = new TiersVerb();
        var command = new Command("tiers", "A node at a branch with a node at a region as its upstream, over slow links: one client's first byte and total time, cold "
            + "and warm, beside a pull from the registry over the same links.")
        {
            verb._near, verb._far, verb._roundTrip, verb._size, verb._rounds, verb._limit,
        };
        verb._node.AddTo(command);
        verb._report.AddTo(command);
        command.SetAction(verb.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var (links, rounds, size) = (result.GetValue(_near) ?? [], result.GetValue(_rounds), result.GetValue(_size).Bytes);
        var far = new LinkPace(result.GetValue(_far), result.GetValue(_roundTrip));
        var blobs = rounds * TierScenario.BlobsARound;
        var content = new StageContent(
            [.. links.SelectMany(_ => Enumerable.Repeat(TierScenario.WarmUpBytes, TierScenario.WarmUps).Concat(Enumerable.Repeat(size, blobs)))]);
        await using var stage = await TierStage.StartAsync(_node.Read(result), content, cancellationToken);
        var scenario = new TierScenario(stage, result.GetValue(_limit));
        var rows = new List<TierFigures>();
        foreach (var (megabits, own) in links.Zip(stage.Origin.Catalog.Blobs.Chunk(TierScenario.WarmUps + blobs)))
        {
            rows.AddRange(await scenario.RunAsync(
                far with { Megabits = megabits }, far, own.Take(TierScenario.WarmUps), own[TierScenario.WarmUps..], cancellationToken));
        }

        await _report.WriteAsync(result, ToTable(rows).ToString(), rows, cancellationToken);
        foreach (var row in rows.Where(row => row.Error is not null))
        {
            await result.InvocationConfiguration.Error.WriteLineAsync($"load: {row.Way}: {row.Rounds - row.Exact} pulls failed: {row.Error}");
        }

        return rows.All(row => row.IsGood) ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static MarkdownTable ToTable(List<TierFigures> rows)
    {
        var table = new MarkdownTable("pull", "near Mbit/s", "far Mbit/s", "MiB", "exact", "registry GETs", "first byte ms", "total s", "Mbit/s", "total : direct");
        foreach (var row in rows)
        {
            var direct = rows.Find(other => other.Way == TierWay.Direct && other.NearMegabits == row.NearMegabits) ?? row;
            table.Add(
                Name(row.Way),
                Units.Number(row.NearMegabits),
                Units.Number(row.FarMegabits),
                Units.Number(row.BlobBytes / 1048576.0, "0.##"),
                $"{row.Exact}/{row.Rounds}",
                $"{row.RegistryGets}/{row.ExpectedGets}",
                Units.Milliseconds(row.FirstByte),
                Units.Number(row.Total.TotalSeconds, "0.000"),
                Units.Number(row.BlobBytes * 8 / 1e6 / row.Total.TotalSeconds, "0.0"),
                Units.Number(row.Total / direct.Total, "0.00"));
        }

        return table;
    }

    private static string Name(TierWay way) => way switch
    {
        TierWay.Direct => "direct",
        TierWay.Cold => "tiers, cold",
        TierWay.RegionWarm => "tiers, region warm",
        _ => "tiers, branch warm",
    };
}
