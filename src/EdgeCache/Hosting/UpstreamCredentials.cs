using EdgeCache.Origin;

namespace EdgeCache.Hosting;

/// <summary>
/// Puts an upstream's credentials together: its own Username with Password or PasswordFile, else its DockerConfigFile, else the node's.
/// Secrets go into the options and nowhere else.
/// </summary>
internal static class UpstreamCredentials
{
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
            if (ReadSecret(draft.PasswordFile) is not { } secret)
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

    private static (UpstreamOptions, (string, string)?) FromDockerConfig(UpstreamOptions options, string? ownFile, string? nodeFile)
    {
        if ((ownFile ?? nodeFile) is not { } file || options.Endpoints.Count == 0)
        {
            return (options, null);
        }

        if (DockerConfig.TryRead(file) is not { } config)
        {
            // The node's own file is checked once, by OptionsRules.
            return (options, ownFile is null ? null : ("DockerConfigFile", DockerConfig.Problem));
        }

        // All endpoints get the same credentials, so the node's file, which names no upstream, serves only upstreams of one authority.
        var hosts = options.Endpoints.Select(endpoint => endpoint.Authority).Distinct().ToArray();
        var isFound = config.TryFind(hosts[0], out var username, out var password) || (ownFile is not null && config.TryFind(options.Name, out username, out password));
        if (isFound && (ownFile is not null || hosts.Length == 1))
        {
            return (options with { Username = username, Password = password }, null);
        }

        return (options, ownFile is null ? null : ("DockerConfigFile", $"the file has no auths entry for {hosts[0]} or {options.Name}"));
    }

    private static string? ReadSecret(string path)
    {
        try
        {
            var secret = File.ReadAllText(path).TrimEnd('\r', '\n');
            return secret.Length == 0 ? null : secret;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
