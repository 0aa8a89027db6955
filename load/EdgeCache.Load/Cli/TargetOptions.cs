using System.CommandLine;
using EdgeCache.Core.Oci;
using EdgeCache.Load.Http;

namespace EdgeCache.Load.Cli;

/// <summary>The options that name a running registry and an object in it, instead of the origin and node that the driver starts.</summary>
internal sealed class TargetOptions
{
    private readonly Option<string> _target = new("--target")
    {
        Description = "A running registry instead of an origin and a node of the driver's own; plain http.",
        HelpName = "URL",
    };

    private readonly Option<string> _repository = new("--repository") { Description = "With --target: the repository.", HelpName = "NAME" };

    private readonly Option<string> _reference = new("--reference")
    {
        Description = "With --target: the manifest's tag or digest, or the blob's digest.",
        HelpName = "TAG|DIGEST",
    };

    private readonly Option<int?> _processId = new("--pid") { Description = "With --target: the process whose CPU time and memory are shown.", HelpName = "PID" };

    private readonly Option<bool> _allowRemote = new("--allow-remote") { Description = "Allow a --target that is not this machine. Ask its owner first." };

    private readonly bool _needsDigest;

    /// <param name="needsDigest">Whether the reference has to be a digest.</param>
    public TargetOptions(bool needsDigest) => _needsDigest = needsDigest;

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_target, _repository, _reference, _processId, _allowRemote])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetValue(_target) is not { } text)
            {
                if (result.GetValue(_repository) is not null || result.GetValue(_reference) is not null || result.GetValue(_processId) is not null)
                {
                    result.AddError("--repository, --reference and --pid go with --target.");
                }
            }
            else if (LoadTarget.Refuse(text, result.GetValue(_allowRemote), out _) is { } refusal)
            {
                result.AddError($"--target {refusal}");
            }
            else if (!RepositoryName.TryParse(result.GetValue(_repository) ?? string.Empty, out _))
            {
                result.AddError("--target needs --repository with a valid name.");
            }
            else if (!Reference.TryParse(result.GetValue(_reference) ?? string.Empty, out var reference) || (_needsDigest && !reference.IsDigest))
            {
                result.AddError($"--target needs --reference with a {(_needsDigest ? "digest" : "tag or a digest")}.");
            }
        });
    }

    /// <summary>The target; null where the driver starts its own. The validator has passed.</summary>
    public LoadTarget? Target(ParseResult result) => result.GetValue(_target) is { } text && LoadTarget.Refuse(text, allowsRemote: true, out var url) is null
        ? new LoadTarget(url!, result.GetValue(_processId)) // Not refused: there is a URL.
        : null;

    /// <summary>The object, with a target only.</summary>
    public (string Repository, Reference Reference) Object(ParseResult result) =>
        Reference.TryParse(result.GetValue(_reference) ?? string.Empty, out var reference)
            ? (result.GetValue(_repository) ?? string.Empty, reference)
            : throw new InvalidOperationException("There is no target.");
}
