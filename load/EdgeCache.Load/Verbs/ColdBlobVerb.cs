using System.CommandLine;
using EdgeCache.Core.Oci;
using EdgeCache.Load.Cli;
using EdgeCache.Load.Processes;
using EdgeCache.Load.Reporting;
using EdgeCache.Load.Scenarios;

namespace EdgeCache.Load.Verbs;

/// <summary>The verb <c>cold-blob</c>.</summary>
internal sealed class ColdBlobVerb
{
    private readonly Option<int> _clients = ValueOption.Count("--clients", (1, 2000), 200, "Clients that ask at the same moment.");
    private readonly Option<ByteCount> _size = ValueOption.Size("--size", (1, ValueOption.MaxBlobBytes), 64 << 20, "The blob's size.");
    private readonly Option<ByteCount> _rate = ValueOption.Size("--rate", (0, 1L << 40), 40 << 20, "The origin's bytes per second; 0 is no limit.");
    private readonly Option<int> _rounds = ValueOption.Count("--rounds", (1, 100), 3, "How often, each time with another blob; with --target once.");
    private readonly Option<TimeSpan> _limit = ValueOption.Duration(
        "--time-limit", (TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)), TimeSpan.FromMinutes(5), "When a round is given up.");

    private readonly Option<BodyCheck> _verify = new("--verify")
    {
        // Hashing 200 bodies of 64 MiB takes 10 CPU seconds, in which the clients see their first bytes late: seconds instead of milliseconds.
        Description = "Whose bodies are hashed: every client's, every tenth one's, nobody's. Lengths are always checked.",
        DefaultValueFactory = _ => BodyCheck.Sample,
    };

    private readonly TargetOptions _target = new(needsDigest: true);
    private readonly NodeOptions _node = new();
    private readonly ReportOption _report = new();

    private ColdBlobVerb()
    {
    }

    public static Command Create()
    {
        var verb = new ColdBlobVerb();
        var command = new Command("cold-blob", "Many clients ask for one blob that is not cached, at the same moment, from a throttled origin: "
            + "how often the upstream is asked, when the first byte comes, whether all bytes are right, what it costs.")
        {
            verb._clients, verb._size, verb._rate, verb._rounds, verb._verify, verb._limit,
        };
        verb._target.AddTo(command);
        verb._node.AddTo(command);
        verb._report.AddTo(command);
        command.SetAction(verb.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var settings = new ColdBlobSettings(result.GetValue(_clients), result.GetValue(_verify), result.GetValue(_limit));
        var rounds = _target.Target(result) is { } target
            ? await RunAgainstAsync(new ColdBlobScenario(target, settings, null), _target.Object(result), cancellationToken)
            : await RunOwnAsync(result, settings, cancellationToken);
        await _report.WriteAsync(result, ToTable(rounds).ToString(), rounds, cancellationToken);
        foreach (var round in rounds.Where(round => round.Error is not null))
        {
            await result.InvocationConfiguration.Error.WriteLineAsync($"load: {round.Clients - round.Exact} clients failed: {round.Error}");
        }

        return rounds.All(round => round.IsGood) ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static async Task<List<ColdBlobRound>> RunAgainstAsync(
        ColdBlobScenario scenario, (string Repository, Reference Reference) blob, CancellationToken cancellationToken)
    {
        var digest = blob.Reference.Digest;
        return [await scenario.RunAsync($"/v2/{blob.Repository}/blobs/{digest}", digest, -1, cancellationToken)];
    }

    private async Task<List<ColdBlobRound>> RunOwnAsync(ParseResult result, ColdBlobSettings settings, CancellationToken cancellationToken)
    {
        var content = new StageContent(
            [.. Enumerable.Repeat(result.GetValue(_size).Bytes, result.GetValue(_rounds))], BytesPerSecond: result.GetValue(_rate).Bytes);
        await using var stage = await LoadStage.StartAsync(_node.Read(result), content, cancellationToken);
        var scenario = new ColdBlobScenario(stage.Target, settings, stage.Origin.CountAsync);
        var rounds = new List<ColdBlobRound>();
        foreach (var blob in stage.Origin.Catalog.Blobs)
        {
            rounds.Add(await scenario.RunAsync(blob.BlobPath, Digest.Parse(blob.Digest), blob.SizeBytes, cancellationToken));
        }

        return rounds;
    }

    private static MarkdownTable ToTable(List<ColdBlobRound> rounds)
    {
        var table = new MarkdownTable(
            "round", "clients", "MiB", "exact", "upstream GETs", "upstream MiB", "led/collapsed/hit", "leader ms", "followers min", "p50", "p99", "max",
            "p99 - leader", "max - leader", "total s", "node CPU s", "node MiB", "peak", "driver CPU s");
        foreach (var (index, round) in rounds.Index())
        {
            table.Add(
                Units.Number(index + 1),
                Units.Number(round.Clients),
                Units.Number(round.BlobBytes / 1048576.0, "0.##"),
                Units.Number(round.Exact),
                Units.Number(round.UpstreamGets),
                Units.Mebibytes(round.UpstreamBytes),
                $"{round.Leaders}/{round.Collapsed}/{round.Hits}",
                Units.Milliseconds(round.LeaderFirstByte),
                Units.Milliseconds(round.FollowersFirstByte.Min),
                Units.Milliseconds(round.FollowersFirstByte.P50),
                Units.Milliseconds(round.FollowersFirstByte.P99),
                Units.Milliseconds(round.FollowersFirstByte.Max),
                Units.Milliseconds(round.LagP99),
                Units.Milliseconds(round.LagMax),
                Units.Seconds(round.Total),
                Units.Seconds(round.NodeCpu),
                Units.Mebibytes(round.NodeBytes),
                Units.Mebibytes(round.NodePeakBytes),
                Units.Seconds(round.DriverCpu));
        }

        return table;
    }
}
