using System.CommandLine;
using EdgeCache.Configuration;

namespace EdgeCache.Cli;

/// <summary>
/// The flags that lay values over the configuration: one for each key of the schema that has a flag, and --config and --upstream. All are
/// texts here; the reader of the options judges them, so that every error is listed at once.
/// </summary>
internal sealed class ServerFlags
{
    private readonly Option<string> _config = new("--config")
    {
        Description = "A JSON file of configuration, laid over appsettings.json.",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _upstream = new("--upstream")
    {
        Description = "An upstream registry with its endpoints in order of preference; may be repeated.",
        HelpName = "NAME=URL[,URL…]",
    };

    private readonly List<(OptionKey<EdgeCacheOptions> Key, Option<string[]> Flag)> _keys;

    /// <param name="ofBalancer">Whether they are a balancer's: its own and those that it shares with a node, or a node's.</param>
    public ServerFlags(bool ofBalancer = false) => _keys =
        [.. OptionsSchema.Node.Where(key => key.Flag is not null && IsOf(key, ofBalancer)).Select(key => (key, FlagOf(key)))];

    public IEnumerable<Option> All => [.. _keys.Select(key => key.Flag), _upstream, _config];

    /// <summary>The flags of a verb that only needs to find the node.</summary>
    public IEnumerable<Option> ToFindTheNode => [_config, .. _keys.Where(key => key.Key.Flag == "--admin").Select(key => key.Flag)];

    /// <summary>Lays all sources over each other, in their order.</summary>
    public ConfigurationLayers Lay(ParseResult command)
    {
        var layers = new ConfigurationLayers();
        var besideProgram = Path.Combine(AppContext.BaseDirectory, "appsettings.json");
        var inWorkingDirectory = Path.GetFullPath("appsettings.json");
        layers.AddJsonFile(besideProgram, isOptional: true);
        if (inWorkingDirectory != besideProgram)
        {
            layers.AddJsonFile(inWorkingDirectory, isOptional: true);
        }

        if (command.GetValue(_config) is { } file)
        {
            layers.AddJsonFile(file, isOptional: false);
        }

        layers.AddEnvironment(Environment.GetEnvironmentVariables());
        foreach (var (key, flag) in _keys)
        {
            if (command.GetValue(flag) is { Length: > 0 } texts)
            {
                layers.AddFlag(key.Name, flag.Name, string.Join(',', texts));
            }
        }

        foreach (var upstream in command.GetValue(_upstream) ?? [])
        {
            layers.AddUpstreamArgument(upstream);
        }

        return layers;
    }

    private static bool IsOf(OptionKey<EdgeCacheOptions> key, bool ofBalancer) =>
        key.Name.StartsWith(BalancerSchema.Prefix, StringComparison.Ordinal) ? ofBalancer : !ofBalancer || key.Flag is "--admin" or "--members" or "--default-upstream";

    private static Option<string[]> FlagOf(OptionKey<EdgeCacheOptions> key)
    {
        var flag = new Option<string[]>(key.Flag!) // Only keys with a flag come here.
        {
            Description = $"{key.Meaning} Allowed: {key.Allowed}.",
            HelpName = "VALUE",
        };
        if (!key.IsList)
        {
            flag.Validators.Add(result =>
            {
                if (result.Tokens.Count > 1)
                {
                    result.AddError($"Option '{key.Flag}' is given more than once.");
                }
            });
        }

        return flag;
    }
}
