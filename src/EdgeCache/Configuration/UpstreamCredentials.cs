using EdgeCache.Origin;

namespace EdgeCache.Configuration;

/// <summary>
/// Puts an upstream's credentials together: its own Username with Password or PasswordFile, else its DockerConfigFile, else the node's, which Origin reads.
/// Secrets go into the options and nowhere else.
/// </summary>
internal static class UpstreamCredentials
{
    public const string NoDockerConfig = "allowed: a Docker config.json";

    private const string Key = "DockerConfigFile";

    /// <summary>Whether the file is one that credentials can be looked up in.</summary>
    public static bool IsDockerConfig(string path) =>
        DockerConfigFile.TryRead(path) is { } json
        && DockerConfigFile.TryGet(json, string.Empty, out _, out _) != DockerConfigOutcome.Malformed;

    /// <returns>The options with their credentials, and what is wrong, if anything.</returns>
    public static (UpstreamOptions Options, (string Key, string Problem)? Problem) Resolve(UpstreamDraft draft, string? nodeDockerConfigFile)
    {
        var options = draft.Options;
        if (options.Password is not null && draft.PasswordFile is not null)
        {
            return (options, ("PasswordFile", "allowed: either Password or PasswordFile, not both"));
        }

        if (draft.PasswordFile is not null)
        {
            if (SecretFile.TryRead(draft.PasswordFile) is not { } secret)
            {
                return (options, ("PasswordFile", "the file is empty or cannot be read"));
            }

            options = options with { Password = secret };
        }

        if ((options.Username is null) != (options.Password is null))
        {
            return (options, (options.Username is null ? "Username" : "Password", "required: Username and Password (or PasswordFile) go together"));
        }

        if (options.Username is not null)
        {
            return draft.DockerConfigFile is null
                ? (options, null)
                : (options, ("DockerConfigFile", "allowed: either Username and Password, or DockerConfigFile, not both"));
        }

        return FromDockerConfig(options, draft.DockerConfigFile, nodeDockerConfigFile);
    }

    /// <summary>The endpoints look their credentials up in the file themselves, each by its own host; here it is only made sure that they can.</summary>
    private static (UpstreamOptions, (string, string)?) FromDockerConfig(UpstreamOptions options, string? ownFile, string? nodeFile)
    {
        if ((ownFile ?? nodeFile) is not { } file || options.Endpoints.Count == 0)
        {
            return (options, null);
        }

        if (!IsDockerConfig(file))
        {
            // The node's own file is checked once, by OptionsRules.
            return (options, ownFile is null ? null : (Key, NoDockerConfig));
        }

        var json = DockerConfigFile.TryRead(file) ?? string.Empty;
        var isFound = false;
        foreach (var endpoint in options.Endpoints)
        {
            var outcome = DockerConfigFile.TryGet(json, endpoint.Authority, out _, out var reason);
            if (outcome is DockerConfigOutcome.Malformed or DockerConfigOutcome.Unsupported)
            {
                return (options, (Key, reason));
            }

            isFound |= outcome == DockerConfigOutcome.Found;
        }

        return isFound || ownFile is null
            ? (options with { DockerConfigFile = ownFile }, null)
            : (options, (Key, $"the file has no auths entry for {string.Join(" or ", options.Endpoints.Select(endpoint => endpoint.Authority).Distinct())}"));
    }
}
