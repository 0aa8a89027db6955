using System.CommandLine;
using System.Globalization;
using EdgeCache.Configuration;
using EdgeCache.Load.Cli;
using EdgeCache.Load.Reporting;
using EdgeCache.Load.Simulation;

namespace EdgeCache.Load.Verbs;

/// <summary>The verb <c>simulate</c>.</summary>
internal sealed class SimulateVerb
{
    /// <summary>Of one size only how many there are counts.</summary>
    private const long UnitBytes = 1 << 20;

    private readonly Option<FileInfo> _trace = new("--trace") { Description = "Paths of requests, a line each, maybe with a size behind a blank; .gz is unpacked. Without it: a synthetic trace.", HelpName = "FILE" };
    private readonly Option<FileInfo> _sizes = new("--sizes") { Description = "A sample of blobs' sizes in bytes, a line each; without it those of a large registry.", HelpName = "FILE" };
    private readonly Option<int> _requests = ValueOption.Count("--requests", (1000, 20_000_000), 250_000, "Requests for blobs in the synthetic trace.");
    private readonly Option<int> _seed = ValueOption.Count("--seed", (0, int.MaxValue), 1, "Of the synthetic trace, and of what --balance blind draws.");
    private readonly Option<bool> _unit = new("--unit") { Description = "All objects count the same, as papers have it; a capacity is then a share of their number." };
    private readonly Option<double?> _warmUp = ValueOption.Percent("--warm-up", "The share of the first requests that is not counted; none unless told.");
    private readonly Option<double?> _sizeFor = ValueOption.Percent("--size-for", "How much disk gives this hit rate?");
    private readonly Option<RateKind> _by = new("--by") { Description = "Which hit rate --size-for means.", DefaultValueFactory = _ => RateKind.Both };
    private readonly Option<int> _nodes = ValueOption.Count("--nodes", (1, 1000), 1, "A fleet whose nodes share the capacity, instead of a table of policies.");
    private readonly Option<Balance[]> _balance = new("--balance")
    {
        Description = "How requests are spread over the fleet.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [Balance.Affinity, Balance.Blind],
    };

    private readonly Option<CapacityShare[]> _capacities = new("--capacity")
    {
        Description = "Sizes of the cache: a share such as 5% of all bytes that are asked for (of all objects with --unit), or a size such as 200GiB.",
        HelpName = "N%|SIZE…",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [.. new[] { 0.1, 1, 2, 5, 10, 20 }.Select(percent => new CapacityShare(string.Create(CultureInfo.InvariantCulture, $"{percent}%"), percent / 100, 0))],
        CustomParser = result => [.. result.Tokens.Select(token =>
        {
            if (!CapacityShare.TryParse(token.Value, out var capacity))
            {
                result.AddError($"--capacity '{token.Value}': allowed is a share such as 5%, up to 100%, or a size of 1KiB and more.");
            }

            return capacity;
        })],
    };

    private readonly ReportOption _report = new();

    private SimulateVerb()
    {
    }

    public static Command Create()
    {
        var verb = new SimulateVerb();
        var command = new Command("simulate", "Replays a trace of requests through the node's own eviction, in memory: the hit rate for each capacity, beside other "
            + "policies; of a fleet; or how much disk a hit rate takes. Starts nothing.")
        {
            verb._trace, verb._sizes, verb._requests, verb._seed, verb._unit, verb._warmUp, verb._capacities, verb._sizeFor, verb._by, verb._nodes, verb._balance,
        };
        verb._report.AddTo(command);
        command.SetAction(verb.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        TraceContent content;
        try
        {
            content = await ReadAsync(result, cancellationToken);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            await result.InvocationConfiguration.Error.WriteLineAsync($"load: {error.Message}");
            return ExitCodes.WrongCommandLine;
        }

        var runs = new SimulationRuns(result.GetValue(_warmUp) ?? 0, result.GetValue(_seed));
        await result.InvocationConfiguration.Output.WriteLineAsync(SimulationReport.Describe(content));
        if (result.GetValue(_sizeFor) is { } wanted)
        {
            return await FindSizeAsync(result, runs, content, wanted, cancellationToken);
        }

        var capacities = result.GetValue(_capacities) ?? [];
        var nodes = result.GetValue(_nodes);
        var figures = nodes > 1
            ? runs.Fleets("blobs", content.Blobs, capacities, nodes, result.GetValue(_balance) ?? [], cancellationToken)
            : [.. runs.Policies("blobs", content.Blobs, capacities, cancellationToken), .. runs.Policies("manifests", content.Manifests, capacities, cancellationToken)];
        await _report.WriteAsync(result, SimulationReport.Tables(figures), figures, cancellationToken);
        return ExitCodes.Success;
    }

    private async Task<int> FindSizeAsync(ParseResult result, SimulationRuns runs, TraceContent content, double wanted, CancellationToken cancellationToken)
    {
        var kind = result.GetValue(_by);
        Func<ReplayTally, double> valueOf = rate => rate.Of(kind);
        var unit = kind switch { RateKind.Bytes => "by bytes", RateKind.Count => "by count", _ => "by count and by bytes" };
        var sizing = runs.Sizing(content.Blobs, valueOf);
        if (sizing.Find(wanted, cancellationToken) is not { } answer)
        {
            var best = SimulationReport.Percent(valueOf(sizing.Best(cancellationToken)));
            await result.InvocationConfiguration.Error.WriteLineAsync(
                $"load: no disk gives {SimulationReport.Percent(wanted)} {unit}: with all that is ever asked for it is {best}, the rest are first requests. See --warm-up.");
            return ExitCodes.Failure;
        }

        var text = $"{SimulationReport.Percent(wanted)} {unit} takes {ByteSize.Format(RoundUp(answer.Bytes))} for blobs "
            + $"({SimulationReport.Percent((double)answer.Bytes / content.Blobs.TotalBytes)} of all bytes asked for): {SimulationReport.Percent(answer.Rate.ByCount)} by count, "
            + $"{SimulationReport.Percent(answer.Rate.ByBytes)} by bytes. Manifests take a share of the cache besides (Cache:ManifestShare).{Environment.NewLine}";
        await _report.WriteAsync(result, text, [new SimulationFigures("blobs", Policy.EdgeCache.Name, 1, null, "--size-for", answer.Bytes, answer.Rate)], cancellationToken);
        return ExitCodes.Success;
    }

    private async Task<TraceContent> ReadAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var sizes = result.GetValue(_sizes) is { } sample ? await ReadSizesAsync(sample, cancellationToken) : ObjectSizes.Registry;
        var content = result.GetValue(_trace) is { } file
            ? await new TraceFile(sizes).ReadAsync(file, cancellationToken)
            : SyntheticTrace.Create(result.GetValue(_requests), result.GetValue(_seed), sizes);
        return result.GetValue(_unit) ? content with { Blobs = content.Blobs.WithSize(UnitBytes), Manifests = content.Manifests.WithSize(UnitBytes) } : content;
    }

    /// <exception cref="InvalidDataException">A line is no size.</exception>
    private static async Task<ObjectSizes> ReadSizesAsync(FileInfo file, CancellationToken cancellationToken)
    {
        var lines = await File.ReadAllLinesAsync(file.FullName, cancellationToken);
        var sizes = lines.Select(line => long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0 ? size
            : throw new InvalidDataException($"{file.Name}: '{line}' is no size in bytes.")).ToList();
        return sizes.Count > 0 ? ObjectSizes.Of(sizes) : throw new InvalidDataException($"{file.Name} is empty.");
    }

    /// <summary>To what a person would write.</summary>
    private static long RoundUp(long bytes)
    {
        var unit = bytes switch { >= 10L << 30 => 1L << 30, >= 10L << 20 => 1L << 20, _ => 1L << 10 };
        return (bytes + unit - 1) / unit * unit;
    }
}
