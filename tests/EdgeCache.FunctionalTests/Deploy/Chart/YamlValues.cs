using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EdgeCache.FunctionalTests.Deploy.Chart;

/// <summary>
/// YAML as plain values: dictionaries with ordinal keys, lists, strings, <see cref="bool"/>, <see cref="long"/> and null. Pure.
/// </summary>
internal static class YamlValues
{
    /// <summary>Every document of the text that is not empty.</summary>
    /// <exception cref="YamlException">The text is no YAML.</exception>
    public static IReadOnlyList<object?> ReadAll(string text)
    {
        var stream = new YamlStream();
        stream.Load(new MergingParser(new Parser(new StringReader(text))));
        return [.. stream.Documents.Select(document => ValueOf(document.RootNode)).Where(value => value is not null)];
    }

    public static IReadOnlyDictionary<string, object?> ReadMap(string text) =>
        (IReadOnlyDictionary<string, object?>?)ReadAll(text).Single() ?? throw new InvalidOperationException("An empty document.");

    /// <summary>One map over the other, as Helm lays values files: maps are merged, all else is replaced.</summary>
    public static Dictionary<string, object?> Merge(IReadOnlyDictionary<string, object?> lower, IReadOnlyDictionary<string, object?> upper)
    {
        var merged = new Dictionary<string, object?>(lower, StringComparer.Ordinal);
        foreach (var (key, value) in upper)
        {
            merged[key] = merged.GetValueOrDefault(key) is IReadOnlyDictionary<string, object?> inner && value is IReadOnlyDictionary<string, object?> over
                ? Merge(inner, over)
                : value;
        }

        return merged;
    }

    /// <summary>The value at a path of keys and indexes; null where there is none.</summary>
    public static object? At(object? value, params ReadOnlySpan<object> path)
    {
        foreach (var part in path)
        {
            value = (value, part) switch
            {
                (IReadOnlyDictionary<string, object?> map, string key) => map.GetValueOrDefault(key),
                (IReadOnlyList<object?> list, int index) when index < list.Count => list[index],
                _ => null,
            };
        }

        return value;
    }

    /// <summary>The list at a path; empty where there is none.</summary>
    public static IReadOnlyList<object?> ListAt(object? value, params ReadOnlySpan<object> path) => At(value, path) as IReadOnlyList<object?> ?? [];

    private static object? ValueOf(YamlNode node) => node switch
    {
        YamlMappingNode map => map.Children.ToDictionary(child => (string)child.Key!, child => ValueOf(child.Value), StringComparer.Ordinal), // A scalar key has a text.
        YamlSequenceNode list => list.Children.Select(ValueOf).ToList(),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => ValueOf(plain.Value ?? string.Empty),
        YamlScalarNode text => text.Value,
        _ => throw new InvalidOperationException($"Unexpected {node.NodeType}."),
    };

    private static object? ValueOf(string plain) => plain switch
    {
        "" or "~" or "null" => null,
        "true" => true,
        "false" => false,
        _ when plain.Length > 1 && plain[0] == '0' && plain.All(char.IsAsciiDigit) => Convert.ToInt64(plain, 8),
        _ => long.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : plain,
    };
}
