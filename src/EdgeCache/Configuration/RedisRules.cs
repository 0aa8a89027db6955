using EdgeCache.SharedState;

namespace EdgeCache.Configuration;

/// <summary>What must fit together in the options of Redis.</summary>
internal static class RedisRules
{
    public const string AllowedConfiguration = "host:port with options, as StackExchange.Redis reads them (redis:6379,ssl=true,password=…)";

    private const string Prefix = OptionsSchema.Section + ":Redis:";

    /// <summary>The options with the configuration of the file, where it is in one.</summary>
    public static RedisOptions WithConfiguration(RedisOptions options) =>
        options is { ConfigurationFile: { } file, Configuration: null } ? options with { Configuration = SecretFile.TryRead(file) } : options;

    public static IEnumerable<OptionError> Check(EdgeCacheOptions options)
    {
        var redis = options.Redis;
        if (redis.ConfigurationFile is { } file)
        {
            if (redis.Configuration is not { } text || !RedisOptions.IsConfiguration(text))
            {
                yield return new OptionError(Prefix + "ConfigurationFile", file, null, "allowed: a file with " + AllowedConfiguration);
            }
            else if (SecretFile.TryRead(file) != text)
            {
                yield return new OptionError(Prefix + "ConfigurationFile", file, null, "allowed: either Configuration or ConfigurationFile, not both");
            }
        }

        if (redis.IsUsed && options.Fleet.Secret is null)
        {
            yield return new OptionError(
                OptionsSchema.Section + ":Fleet:Secret", null, null, "required with Redis: what is read from there counts only where the fleet has signed it");
        }

        if (redis is { IsUsed: true, FillLeases: true } && options.Fleet.UsesSiblings)
        {
            yield return new OptionError(Prefix + "FillLeases", "true", null, "allowed with Fleet:Siblings false: with siblings, a digest's home is the one that fetches");
        }
    }
}
