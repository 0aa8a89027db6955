using System.Text.RegularExpressions;
using EdgeCache.SharedState;

namespace EdgeCache.Configuration;

/// <summary>The keys of the section <c>EdgeCache:Redis</c>.</summary>
internal static class RedisSchema
{
    private static ValueKind<string> Configuration { get; } = ValueKinds.Text(RedisRules.AllowedConfiguration, 4096, RedisOptions.IsConfiguration);

    private static ValueKind<string> Prefix { get; } = ValueKinds.Text(
        "1 to 64 letters, digits, dots, dashes and underscores", 64, text => Regex.IsMatch(text, "^[A-Za-z0-9._-]+$", RegexOptions.NonBacktracking));

    // Below the kinds: initializers run in the order they are written.
    public static IEnumerable<OptionKey<EdgeCacheOptions>> Keys { get; } = [.. Connection(), .. Uses()];

    private static IEnumerable<OptionKey<EdgeCacheOptions>> Connection() =>
    [
        new SingleOptionKey<EdgeCacheOptions, string>("Redis:Configuration", Configuration,
            o => o.Redis.Configuration, (o, v) => o with { Redis = o.Redis with { Configuration = v } },
            "The Redis that the fleet's nodes share; none unless set. Needs Fleet:Secret; or use ConfigurationFile.") { IsSecret = true },
        Single("ConfigurationFile", ValueKinds.ReadableFile, r => r.ConfigurationFile, (r, v) => r with { ConfigurationFile = v },
            "A file with the configuration; a line end at its end is dropped."),
        Single("CaFile", ValueKinds.ReadableFile, r => r.CaFile, (r, v) => r with { CaFile = v },
            "PEM file of certificates that are trusted for Redis besides the system's."),
        Single("Prefix", Prefix, r => r.Prefix, (r, v) => r with { Prefix = v },
            "What every key and channel begins with: fleets that share a Redis differ in it."),
        Single("Timeout", ValueKinds.Duration(TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(5)), r => r.Timeout, (r, v) => r with { Timeout = v },
            "How long one call may take before the node goes on without it."),
    ];

    private static IEnumerable<OptionKey<EdgeCacheOptions>> Uses() =>
    [
        Single("TagHints", ValueKinds.Switch, r => r.TagHints, (r, v) => r with { TagHints = v },
            "Whether nodes tell each other what upstream said of a tag."),
        Single("Presence", ValueKinds.Switch, r => r.Presence, (r, v) => r with { Presence = v },
            "Whether nodes with Fleet:Self tell each other that they are there."),
        Single("Events", ValueKinds.Switch, r => r.Events, (r, v) => r with { Events = v },
            "Whether purges and warm-ups of one node reach the others."),
        Single("FillLeases", ValueKinds.Switch, r => r.FillLeases, (r, v) => r with { FillLeases = v },
            "Whether nodes that do not ask each other (Fleet:Siblings) fetch a digest one after the other."),
    ];

    private static SingleOptionKey<EdgeCacheOptions, T> Single<T>(
        string name, ValueKind<T> kind, Func<RedisOptions, T?> get, Func<RedisOptions, T, RedisOptions> with, string meaning) =>
        new("Redis:" + name, kind, o => get(o.Redis), (o, v) => o with { Redis = with(o.Redis, v) }, meaning);
}
