using EdgeCache.Configuration;

namespace EdgeCache.Cli;

/// <summary>Where a verb that asks a running node finds it. Pure, but for reading the configuration.</summary>
internal static class AdminTarget
{
    /// <param name="url">As the user gave it; null asks the first admin address that the configuration names.</param>
    /// <param name="path">What is asked for where the URL names no path.</param>
    /// <returns>The target, or what is wrong.</returns>
    public static (Uri? Target, string Problem) Find(string? url, ConfigurationLayers layers, string path) =>
        // Only the address is wanted: what else may be wrong with the configuration is the node's to say.
        url is null ? FromListener(OptionsReader.Read(layers).Options.Admin.Listen[0], path) : FromText(url, path);

    private static (Uri? Target, string Problem) FromListener(ListenAddress listen, string path)
    {
        if (listen.Port == 0)
        {
            return (null, $"the configured admin address {listen} has no fixed port: give --url");
        }

        // An address to bind is not always one to dial.
        var host = listen.Host switch { "*" or "0.0.0.0" => "127.0.0.1", "[::]" => "[::1]", var other => other };
        return (new Uri((listen with { Host = host }) + path), string.Empty);
    }

    private static (Uri? Target, string Problem) FromText(string url, string path) =>
        !ValueKinds.Endpoint.TryParse(url, out var parsed)
            ? (null, $"--url = \"{Redaction.Show(url)}\": allowed: {ValueKinds.Endpoint.Allowed}")
            : (parsed.AbsolutePath == "/" ? new Uri(parsed, path) : parsed, string.Empty);
}
