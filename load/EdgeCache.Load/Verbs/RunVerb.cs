using System.CommandLine;
using System.Globalization;
using EdgeCache.Load.Cli;
using EdgeCache.Load.Processes;
using EdgeCache.Load.Reporting;
using EdgeCache.Load.Reporting.Html;
using EdgeCache.Load.Scenarios.Runs;
using EdgeCache.Load.Simulation;
using EdgeCache.Load.Workload;
using EdgeCache.Testing.Synthetic;

namespace EdgeCache.Load.Verbs;

/// <summary>The verb <c>run</c>.</summary>
internal sealed class RunVerb
{
    /// <summary>What an image's blobs have together in the mean, at full scale: for a limit of what has to be hashed before a run.</summary>
    private const double MeanImageBytes = 80e6;
    private const double MaxContentBytes = 64e9;
    private const long MinCacheBytes = 64L << 20;

    private readonly Argument<string> _scenario = new("scenario")
    {
        Description = string.Join(' ', ProfileCatalog.All.Select(profile => $"{profile.Name}: {profile.Meaning}")),
    };

    private readonly Option<FileInfo> _html = new("--html") { Description = "Write a report with plots to a file, one page that needs nothing else.", HelpName = "FILE" };
    private readonly Option<FileInfo> _trace = new("--trace")
    {
        Description = "Pull in the order of a trace's requests for manifests (as simulate reads it), its most wanted the first image, instead of by chance.",
        HelpName = "FILE",
    };

    private readonly RunOptions _options = new();
    private readonly RunTargetOptions _targets = new();
    private readonly NodeOptions _node = new();
    private readonly ReportOption _report = new();

    private RunVerb()
    {
    }

    public static Command Create()
    {
        var verb = new RunVerb();
        verb._scenario.AcceptOnlyFromAmong([.. ProfileCatalog.All.Select(profile => profile.Name)]);
        var command = new Command("run", "A scenario: simulated clients pull images of realistic sizes and popularity, in an open or a closed loop, every digest verified. "
            + "Latencies, throughput and the hit rate over time, measured from outside and beside what the nodes claim.") { verb._scenario, verb._html, verb._trace };
        verb._options.AddTo(command);
        verb._targets.AddTo(command);
        verb._node.AddTo(command);
        verb._report.AddTo(command);
        command.SetAction(verb.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var chosen = ProfileCatalog.All.Single(profile => profile.Name == result.GetValue(_scenario));
        var profile = chosen with { Settings = _options.Read(result, chosen.Settings) };
        if (Refuse(result, profile) is { } refusal)
        {
            await result.InvocationConfiguration.Error.WriteLineAsync($"load: {refusal}");
            return ExitCodes.WrongCommandLine;
        }

        TraceOrder? order;
        try
        {
            order = await ReadTraceAsync(result, cancellationToken);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            await result.InvocationConfiguration.Error.WriteLineAsync($"load: {error.Message}");
            return ExitCodes.WrongCommandLine;
        }

        var figures = await MeasureAsync(result, profile with { Settings = profile.Settings with { Trace = result.GetValue(_trace)?.Name } }, order, cancellationToken);
        var report = await _report.WriteAsync(result, RunTable.Of(figures), [figures], cancellationToken);
        if (result.GetValue(_html) is { } file)
        {
            await File.WriteAllTextAsync(file.FullName, RunPage.Of(report, figures), cancellationToken);
        }

        return figures.IsGood ? ExitCodes.Success : ExitCodes.Failure;
    }

    /// <summary>Why these options cannot be together; null where they can.</summary>
    private string? Refuse(ParseResult result, RunProfile profile)
    {
        var settings = profile.Settings;
        if (_targets.Targets(result).Count > 0)
        {
            return profile.Events.Any(happening => !happening.NeedsNoStage) ? $"{profile.Name} needs an origin and nodes of its own: it goes without --target."
                : _targets.Images(result).Count > 0 && settings.OneTimers > 0 ? "With --image, add --one-timers 0: images that are pulled once are synthetic."
                : null;
        }

        return settings.Images * settings.Scale * MeanImageBytes > MaxContentBytes
            ? string.Create(CultureInfo.InvariantCulture, $"{settings.Images} images at scale {settings.Scale} are more than {MaxContentBytes / 1e9:0} GB: fewer --images or a smaller --scale.")
            : result.GetValue(_trace) is not null && profile.Events.Any(happening => happening.NeedsNoStage) ? $"{profile.Name} says itself which images are pulled: it goes without --trace."
            : settings.Nodes == 1 && profile.Name == "node-loss" ? "node-loss needs --nodes 2 or more."
            : null;
    }

    private async Task<TraceOrder?> ReadTraceAsync(ParseResult result, CancellationToken cancellationToken)
    {
        if (result.GetValue(_trace) is not { } file)
        {
            return null;
        }

        var manifests = (await new TraceFile(ObjectSizes.Registry).ReadAsync(file, cancellationToken)).Manifests;
        return manifests.Objects > 0 ? new TraceOrder(manifests) : throw new InvalidDataException($"{file.Name}: no request for a manifest.");
    }

    private async Task<RunFigures> MeasureAsync(ParseResult result, RunProfile profile, TraceOrder? order, CancellationToken cancellationToken)
    {
        var settings = profile.Settings;
        var content = new SyntheticSettings(settings.Seed, settings.Images, settings.Scale);
        var own = _targets.Images(result);
        var images = own.Count > 0 ? own : ImageChoice.ImagesOf(content);
        var progress = LiveProgress.Create(result.InvocationConfiguration.Output, result.InvocationConfiguration.Error, settings);
        if (_targets.Targets(result) is { Count: > 0 } targets)
        {
            var remote = new RunScenario(profile, null, targets, _targets.Nodes(result), images, order);
            return await progress.RunAsync(shown => remote.RunAsync(shown, cancellationToken));
        }

        var node = _node.Read(result);
        await using var stage = await RunStage.StartAsync(
            node.Folder, new StageContent([]) { Synthetic = content }, catalog => ToNode(node, settings, catalog), settings.Nodes, settings.Link, cancellationToken);
        var scenario = new RunScenario(profile, stage, [stage.Target], [], images, order);
        return await progress.RunAsync(shown => scenario.RunAsync(shown, cancellationToken));
    }

    private static NodeSettings ToNode(NodeSettings node, RunSettings settings, OriginCatalog catalog)
    {
        // All clients come from one address: what one client may cost the upstreams is not what is measured.
        var environment = new Dictionary<string, string>(node.Environment) { ["EDGECACHE__Limits__MissesPerMinute"] = "0" };
        if (settings.TagFreshness is { } freshness)
        {
            environment["EDGECACHE__TagFreshness"] = string.Create(CultureInfo.InvariantCulture, $"{freshness.TotalSeconds}s");
        }

        var limit = settings.CacheBytes ?? (settings.CacheShare is { } share ? Math.Max(MinCacheBytes, (long)(catalog.SyntheticBytes * share)) : null);
        return node with { Environment = environment, CacheLimit = limit?.ToString(CultureInfo.InvariantCulture) ?? node.CacheLimit };
    }
}
