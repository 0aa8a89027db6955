using System.CommandLine;
using EdgeCache.Core.Oci;
using EdgeCache.Load.Cli;
using EdgeCache.Load.Http;
using EdgeCache.Load.Processes;
using EdgeCache.Load.Reporting;
using EdgeCache.Load.Scenarios;

namespace EdgeCache.Load.Verbs;

/// <summary>The verb <c>hit</c>.</summary>
internal sealed class HitVerb
{
    /// <summary>An image of ten layers has a manifest of some 2 KB, as most real ones have.</summary>
    private const int ManifestLayers = 10;

    /// <summary>A row measured after 3 s cost twice the CPU of the rows after it, after 8 s it did not (2 busy CPUs).</summary>
    private const int NewNodeFactor = 3;

    private readonly Option<ObjectKind> _kind = new("--kind")
    {
        Description = "What is asked for: a manifest by digest, the same by tag, or a blob.",
        DefaultValueFactory = _ => ObjectKind.Manifest,
    };

    private readonly Option<ByteCount[]> _sizes = ValueOption.Sizes(
        "--size", (1, ValueOption.MaxBlobBytes), 4096, "With --kind blob: the blob's size; several give a row each.");

    private readonly Option<int[]> _connections = ValueOption.Counts(
        "--connections", (1, 4096), 32, "Keep-alive connections, each with one request at a time; several give a row each.");

    private readonly Option<TimeSpan> _duration = ValueOption.Duration(
        "--duration", (TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)), TimeSpan.FromSeconds(5), "How long each row is measured.");

    private readonly Option<TimeSpan> _warmUp = ValueOption.Duration(
        "--warm-up", (TimeSpan.Zero, TimeSpan.FromMinutes(1)), TimeSpan.FromSeconds(3), "How long each row runs before it counts; "
            + "the first row of a new node three times as long, for its just-in-time compilation.");

    private readonly Option<BodyCheck> _verify = new("--verify")
    {
        Description = "Whether bodies are hashed: all or none. Hashing takes CPU from a node on the same machine.",
        DefaultValueFactory = _ => BodyCheck.None,
    };

    private readonly TargetOptions _target = new(needsDigest: false);
    private readonly NodeOptions _node = new();
    private readonly ReportOption _report = new();

    private HitVerb()
    {
    }

    public static Command Create()
    {
        var verb = new HitVerb();
        var command = new Command("hit", "A closed loop of GETs of one cached object over keep-alive connections: requests and bytes per second, "
            + "latencies, the node's CPU time and allocations per request.")
        {
            verb._kind, verb._sizes, verb._connections, verb._duration, verb._warmUp, verb._verify,
        };
        verb._verify.AcceptOnlyFromAmong("none", "all");
        verb._target.AddTo(command);
        verb._node.AddTo(command);
        verb._report.AddTo(command);
        command.SetAction(verb.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var rows = new List<HitFigures>();
        if (_target.Target(result) is { } target)
        {
            var (repository, reference) = _target.Object(result);
            var folder = result.GetValue(_kind) == ObjectKind.Blob ? "blobs" : "manifests";
            await RunRowsAsync(result, target, ($"/v2/{repository}/{folder}/{reference}", reference.Digest), rows, cancellationToken);
        }
        else
        {
            await using var stage = await LoadStage.StartAsync(_node.Read(result), Content(result), cancellationToken);
            foreach (var wanted in Objects(stage.Origin.Catalog, result.GetValue(_kind)))
            {
                await RunRowsAsync(result, stage.Target, wanted, rows, cancellationToken);
            }
        }

        await _report.WriteAsync(result, ToTable(rows).ToString(), rows, cancellationToken);
        return rows.All(row => row.IsGood) ? ExitCodes.Success : ExitCodes.Failure;
    }

    private StageContent Content(ParseResult result) => new(result.GetValue(_kind) == ObjectKind.Blob
        ? [.. (result.GetValue(_sizes) ?? []).Select(size => size.Bytes)]
        : [.. Enumerable.Repeat(4096L, ManifestLayers)]);

    private static IEnumerable<(string Path, Digest Digest)> Objects(OriginCatalog catalog, ObjectKind kind) => kind switch
    {
        ObjectKind.Blob => catalog.Blobs.Select(blob => (blob.BlobPath, Digest.Parse(blob.Digest))),
        ObjectKind.Tag => catalog.Tags.Select(tag => (tag.TagPath, Digest.Parse(tag.Digest))),
        _ => catalog.Tags.Select(tag => (tag.ManifestPath, Digest.Parse(tag.Digest))),
    };

    private async Task RunRowsAsync(
        ParseResult result, LoadTarget target, (string Path, Digest Digest) wanted, List<HitFigures> rows, CancellationToken cancellationToken)
    {
        var accept = result.GetValue(_kind) == ObjectKind.Blob ? null : MediaTypes.ToAccept(ManifestTypes.All);
        foreach (var connections in result.GetValue(_connections) ?? [])
        {
            var warmUp = result.GetValue(_warmUp) * (rows.Count == 0 && target.MetricsUrl is not null ? NewNodeFactor : 1);
            var settings = new HitSettings(connections, warmUp, result.GetValue(_duration), result.GetValue(_verify));
            rows.Add(await new HitScenario(target).RunAsync(wanted.Path, accept, wanted.Digest, settings, cancellationToken));
        }
    }

    private static MarkdownTable ToTable(List<HitFigures> rows)
    {
        var table = new MarkdownTable(
            "object bytes", "connections", "requests/s", "MB/s", "p50 ms", "p99", "p99.9", "max", "node CPU s/10k", "node CPU s/GB", "node MiB",
            "alloc B/request", "GCs", "GC pause ms", "contentions", "driver CPU s", "not hits", "failures");
        foreach (var row in rows)
        {
            table.Add(
                Units.Number(row.ObjectBytes),
                Units.Number(row.Connections),
                Units.Number(row.RequestsPerSecond, "0.#"),
                Units.Number(row.BytesPerSecond / 1e6, "0.#"),
                Units.Milliseconds(row.LatencyP50),
                Units.Milliseconds(row.LatencyP99),
                Units.Milliseconds(row.LatencyP999),
                Units.Milliseconds(row.LatencyMax),
                Units.Number(row.NodeCpuSecondsPer10000Requests, "0.000"),
                Units.Number(row.NodeCpuSecondsPerGB, "0.000"),
                Units.Mebibytes(row.NodeBytes),
                Units.Number(row.NodeAllocatedBytesPerRequest),
                Units.Number(row.NodeRuntime?.Collections),
                Units.Number(row.NodeRuntime?.GcPauseSeconds * 1000),
                Units.Number(row.NodeRuntime?.Contentions),
                Units.Seconds(row.DriverCpu),
                Units.Number(row.NotHits),
                Units.Number(row.Failures));
        }

        return table;
    }
}
