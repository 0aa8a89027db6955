using System.CommandLine;
using EdgeCache.Core.Oci;
using EdgeCache.Load.Http;
using EdgeCache.Load.Workload;

namespace EdgeCache.Load.Cli;

/// <summary>The options of <c>run</c> that name registries that run already, instead of the origin and the nodes that the driver starts.</summary>
internal sealed class RunTargetOptions
{
    private readonly Option<string[]> _targets = new("--target")
    {
        Description = "A running registry; several are asked in turn. Plain http.",
        HelpName = "URL",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _metrics = new("--metrics")
    {
        Description = "With --target: where a node of ours serves its metrics, such as http://127.0.0.1:5001/metrics; one for each node.",
        HelpName = "URL",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int[]> _processIds = new("--pid")
    {
        Description = "With --target: the nodes' processes, in the order of --metrics: their memory, open files and CPU time are shown.",
        HelpName = "PID",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _images = new("--image")
    {
        Description = "With --target: an image, the most popular first; may be repeated. Without it the target must serve the synthetic images.",
        HelpName = "NAME:TAG",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> _allowRemote = new("--allow-remote") { Description = "Allow a --target that is not this machine. Ask its owner first." };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_targets, _metrics, _processIds, _images, _allowRemote])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            var targets = result.GetValue(_targets) ?? [];
            if (targets.Length == 0 && (result.GetValue(_metrics) is { Length: > 0 } || result.GetValue(_processIds) is { Length: > 0 } || result.GetValue(_images) is { Length: > 0 }))
            {
                result.AddError("--metrics, --pid and --image go with --target.");
            }

            foreach (var target in targets)
            {
                if (LoadTarget.Refuse(target, result.GetValue(_allowRemote), out _) is { } refusal)
                {
                    result.AddError($"--target {refusal}");
                }
            }

            foreach (var metrics in result.GetValue(_metrics) ?? [])
            {
                if (!Uri.TryCreate(metrics, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp)
                {
                    result.AddError($"--metrics '{metrics}' is not of the form http://HOST[:PORT]/PATH.");
                }
            }

            foreach (var image in result.GetValue(_images) ?? [])
            {
                if (!TryParse(image, out _))
                {
                    result.AddError($"--image '{image}' is not of the form NAME:TAG.");
                }
            }
        });
    }

    /// <summary>Empty where the driver starts its own. The validator has passed, here and below.</summary>
    public IReadOnlyList<Uri> Targets(ParseResult result) => [.. (result.GetValue(_targets) ?? []).Select(target => new Uri(target))];

    /// <summary>The nodes of which something is known.</summary>
    public IReadOnlyList<LoadTarget> Nodes(ParseResult result)
    {
        var (metrics, processes) = (result.GetValue(_metrics) ?? [], result.GetValue(_processIds) ?? []);
        return [.. Enumerable.Range(0, Math.Max(metrics.Length, processes.Length)).Select(node => new LoadTarget(
            Targets(result)[0],
            node < processes.Length ? processes[node] : null,
            node < metrics.Length ? new Uri(metrics[node]) : null))];
    }

    /// <summary>Empty where the synthetic ones are meant.</summary>
    public IReadOnlyList<WantedImage> Images(ParseResult result) =>
        [.. (result.GetValue(_images) ?? []).Select(text => TryParse(text, out var image) ? image : default)];

    private static bool TryParse(string text, out WantedImage image)
    {
        var colon = text.LastIndexOf(':');
        image = colon < 0 ? default : new WantedImage(text[..colon], text[(colon + 1)..]);
        return colon > 0 && RepositoryName.TryParse(image.Repository, out _) && Reference.TryParse(image.Tag, out var reference) && !reference.IsDigest;
    }
}
