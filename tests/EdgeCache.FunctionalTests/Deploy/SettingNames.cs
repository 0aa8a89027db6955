using System.Text.RegularExpressions;
using EdgeCache.Configuration;

namespace EdgeCache.FunctionalTests.Deploy;

/// <summary>The names that the program's schema knows. Pure.</summary>
internal static class SettingNames
{
    private const string Prefix = OptionsSchema.Section + "__";

    /// <summary>The key of an environment variable, such as Cache:Limit; null where it is none of ours.</summary>
    public static string? KeyOf(string variable) => variable.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
        ? variable[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal)
        : null;

    /// <summary>Whether it is a key, an item of a list, or one of an upstream's keys.</summary>
    public static bool IsKey(string key)
    {
        if (Regex.Match(key, $@"^{UpstreamSchema.List}:\d+:(.+)$", RegexOptions.IgnoreCase) is { Success: true } upstream)
        {
            return UpstreamSchema.Keys.Any(known => IsKeyOrItem(upstream.Groups[1].Value, known.Name, known.IsList));
        }

        return OptionsSchema.Node.Any(known => IsKeyOrItem(key, known.Name, known.IsList));
    }

    private static bool IsKeyOrItem(string key, string known, bool isList) =>
        key.Equals(known, StringComparison.OrdinalIgnoreCase)
        || (isList && Regex.IsMatch(key, $@"^{Regex.Escape(known)}:\d+$", RegexOptions.IgnoreCase));
}
