using System.CommandLine;
using EdgeCache.Load.Cli;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Peers;
using EdgeCache.Load.Reporting;
using EdgeCache.Load.Scenarios.Cells;
using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.Load.Verbs;

/// <summary>The verb <c>peers</c>.</summary>
internal sealed class PeersVerb
{
    private const int QuickRounds = 1;

    /// <summary>What the cells of hits need, and the driver's own probes.</summary>
    private const int FurtherConnections = 1000;
    private static readonly TimeSpan QuickDuration = TimeSpan.FromMilliseconds(300);

    private readonly Option<int> _rounds = ValueOption.Count("--rounds", (1, 100), 3, "How often each cell is measured at each server, in turn; with --quick 1 unless given.");

    private readonly Option<TimeSpan> _duration = ValueOption.Duration(
        "--duration", (TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)), TimeSpan.FromSeconds(1),
        "How long each round of a cell of hits is measured at each server; with --quick 300ms unless given.");

    private readonly Option<int> _slowClients = ValueOption.Count("--slow-clients", (1, 10_000), 1000, "Clients that stay on a blob at once.");
    private readonly Option<int> _crowd = ValueOption.Count("--crowd", (2, 2000), 100, "Clients that ask for a cold blob at the same moment.");

    private readonly Option<int> _workers = ValueOption.Count("--workers", (1, 64), 1, "nginx's worker processes; more than one with --no-pin.");

    private readonly Option<string[]> _only = new("--only")
    {
        Description = "Beginnings of cells' names, such as manifest blob-64MiB; without it: all.",
        HelpName = "NAME…",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string[]> _peers = new("--peers")
    {
        Description = "Which peers are measured beside our node; without it: all that are installed.",
        HelpName = "NAME…",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<bool> _quick = new("--quick") { Description = "Fewer and smaller cells, one short round: whether it works, not how fast." };
    private readonly Option<bool> _noPin = new("--no-pin") { Description = "Leave it to the kernel which processor runs what." };
    private readonly Option<bool> _drop = new("--drop") { Description = "Clients drop bodies in the kernel instead of copying them: what a server could do if clients cost nothing." };
    private readonly Option<bool> _summary = new("--summary") { Description = "One short table, as README has it, instead of the long ones." };
    private readonly Option<bool> _list = new("--list") { Description = "Print the cells' names and end." };
    private readonly NodeOptions _node = new();
    private readonly ReportOption _report = new();

    private PeersVerb()
    {
    }

    public static Command Create()
    {
        var verb = new PeersVerb();
        var command = new Command("peers", "Measures our node beside nginx, Varnish and docker-registry, each as a cache in front of the same origin, in turn: "
            + "rates, times, processor time and memory, with the ratios ours : peer.")
        {
            verb._only, verb._peers, verb._rounds, verb._duration, verb._slowClients, verb._crowd, verb._workers, verb._quick, verb._noPin, verb._drop, verb._summary, verb._list,
        };
        verb._peers.AcceptOnlyFromAmong([.. KnownPeers.Select(peer => peer.Name)]);
        verb._node.AddTo(command);
        verb._report.AddTo(command);
        command.SetAction(verb.RunAsync);
        return command;
    }

    private static IPeer[] KnownPeers => [new NginxPeer(), new VarnishPeer(), new DockerRegistryPeer()];

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var output = result.InvocationConfiguration.Output;
        var (catalog, skipped) = ReadCatalog(result);
        if (result.GetValue(_list) || catalog.Names.Count == 0)
        {
            await output.WriteLineAsync(string.Join('\n', catalog.Names).AsMemory(), cancellationToken);
            return result.GetValue(_list) ? ExitCodes.Success : ExitCodes.WrongCommandLine;
        }

        if (OpenFiles.Explain(ReadSettings(result).SlowClients + FurtherConnections) is { } tooFew)
        {
            await result.InvocationConfiguration.Error.WriteLineAsync($"load: {tooFew}");
            return ExitCodes.WrongCommandLine;
        }

        using var cpus = CpuPlan.Create(!result.GetValue(_noPin));
        var chosen = KnownPeers.Where(peer => result.GetValue(_peers) is not { Length: > 0 } names || names.Contains(peer.Name)).ToList();
        skipped.AddRange(chosen.Select(peer => peer.Missing).OfType<string>().Select(program => $"Not installed, left out: {program}."));
        var node = _node.Read(result);
        var head = $"Pinned: {cpus.Text}. Access logs off{(node.HasAccessLog ? ", but ours is on" : string.Empty)}. "
            + "↑ more is better, ↓ less. Ratios: median (least–greatest) of the rounds.";
        await output.WriteLineAsync($"{string.Join('\n', skipped.Prepend(head))}\n".AsMemory(), cancellationToken);
        var peers = chosen.Where(peer => peer.Missing is null).Prepend(new EdgeCachePeer(node)).ToList();
        var samples = await MeasureAsync(result, catalog, peers, cpus, cancellationToken);

        // What was measured before Ctrl-C is shown, too.
        var rows = PeerRow.Of(samples, EdgeCachePeer.PeerName);
        var servers = peers.Select(peer => peer.Name).Concat(samples.Select(sample => sample.Server)).Distinct().ToList();
        var tables = result.GetValue(_summary)
            ? new PeerSummary(EdgeCachePeer.PeerName, servers, rows).ToString()
            : new PeerReport(EdgeCachePeer.PeerName, servers, rows).ToString();
        await _report.WriteAsync(result, tables, rows, CancellationToken.None);
        return samples.Any(sample => sample.Server == EdgeCachePeer.PeerName && sample.Measure.Problem is not null) || cancellationToken.IsCancellationRequested
            ? ExitCodes.Failure
            : ExitCodes.Success;
    }

    private async Task<IReadOnlyList<CellSample>> MeasureAsync(
        ParseResult result, CellCatalog catalog, List<IPeer> peers, CpuPlan cpus, CancellationToken cancellationToken)
    {
        var samples = new List<CellSample>();
        var progress = result.InvocationConfiguration.Error;
        var settings = ReadSettings(result);
        PeerPlace Arrange(PeerPlace place) => place with
        {
            Launcher = cpus.Launcher,
            Workers = result.GetValue(_workers),
            Connections = settings.SlowClients + FurtherConnections,
            CacheBytes = catalog.Content.BlobBytes.Sum(),
        };
        var run = new PeerRun(peers, settings, _node.Read(result).Folder, Arrange, (samples, progress));
        try
        {
            await run.RunObjectsAsync(catalog, cancellationToken);
            foreach (var plan in catalog.Pulls)
            {
                await run.RunPullsAsync(plan, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await progress.WriteLineAsync("load: ended early.");
        }

        return samples;
    }

    /// <summary>The cells that can be measured here, and why the others cannot.</summary>
    private (CellCatalog Catalog, List<string> Skipped) ReadCatalog(ParseResult result)
    {
        var skipped = new List<string>();
        var catalog = new CellCatalog(ReadSettings(result), result.GetValue(_only) ?? []);
        if (RealProgram.Find(WrkCell.Program) is null)
        {
            skipped.Add($"Not installed, its cells are left out: {WrkCell.Program}.");
        }

        if (catalog.MemoryBytes > 0 && MemoryGroup.ExplainSkip(catalog.MemoryBytes) is { } obstacle)
        {
            skipped.Add($"Left out: {string.Join(", ", catalog.RemoveLimited())}: {obstacle}.");
        }

        return (catalog, skipped);
    }

    private BenchSettings ReadSettings(ParseResult result)
    {
        var isQuick = result.GetValue(_quick);
        return new BenchSettings(
            isQuick && IsDefault(result, _rounds) ? QuickRounds : result.GetValue(_rounds),
            isQuick && IsDefault(result, _duration) ? QuickDuration : result.GetValue(_duration),
            isQuick && IsDefault(result, _slowClients) ? 50 : result.GetValue(_slowClients),
            isQuick && IsDefault(result, _crowd) ? 10 : result.GetValue(_crowd),
            isQuick,
            Copies: !result.GetValue(_drop));
    }

    private static bool IsDefault(ParseResult result, Option option) => result.GetResult(option)?.Implicit != false;
}
