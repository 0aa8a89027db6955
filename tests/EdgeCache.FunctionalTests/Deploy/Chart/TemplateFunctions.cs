using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EdgeCache.FunctionalTests.Deploy.Chart;

/// <summary>The functions of Helm that our chart uses, with Helm's meaning for the values that it gives them. Pure.</summary>
internal static class TemplateFunctions
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Pretty = new(Compact) { WriteIndented = true, NewLine = "\n" };

    // What YAML would not read back as the same text without quotes.
    private static readonly Regex Plain = new(@"^(?!(true|false|null|yes|no|on|off|y|n)$)([A-Za-z/][A-Za-z0-9._/-]*|[0-9]+[A-Za-z]+)$", RegexOptions.IgnoreCase);

    /// <exception cref="FormatException">A function that the chart must not use before it is written here.</exception>
    public static object? Call(string name, IReadOnlyList<object?> arguments) => (name, arguments) switch
    {
        ("quote", [var value]) => JsonSerializer.Serialize(TextOf(value), Compact),
        ("default", [var fallback, var value]) => IsTrue(value) ? value : fallback,
        ("not", [var value]) => !IsTrue(value),
        ("int", [long value]) => value,
        ("add", { Count: > 0 }) => arguments.Sum(value => (long)value!), // Only numbers are added.
        ("until", [long count]) => Enumerable.Range(0, (int)count).Select(index => (object?)(long)index).ToList(),
        ("printf", [string format, var value]) => format.Replace("%d", TextOf((long)value!), StringComparison.Ordinal), // As above.
        ("dict", [string key, var value]) => new Dictionary<string, object?>(StringComparer.Ordinal) { [key] = value },
        ("toJson", [var value]) => JsonSerializer.Serialize(Sorted(value), Compact),
        ("toPrettyJson", [var value]) => JsonSerializer.Serialize(Sorted(value), Pretty),
        ("toYaml", [var value]) => string.Join('\n', YamlLines(value)),
        ("sha256sum", [string text]) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))),
        ("nindent", [long spaces, string text]) => "\n" + Indent((int)spaces, text),
        _ => throw new FormatException($"No function {name} of {arguments.Count} such arguments."),
    };

    public static bool IsTrue(object? value) => value switch
    {
        null or false or 0L or "" => false,
        IReadOnlyDictionary<string, object?> map => map.Count > 0,
        IReadOnlyList<object?> list => list.Count > 0,
        _ => true,
    };

    public static string TextOf(object? value) => value switch
    {
        string text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        _ => throw new FormatException($"Not to be printed: {value?.GetType().Name ?? "nothing"}."),
    };

    // Go indents empty lines too.
    private static string Indent(int spaces, string text) =>
        string.Join('\n', text.Split('\n').Select(line => new string(' ', spaces) + line));

    private static object? Sorted(object? value) => value switch
    {
        IReadOnlyDictionary<string, object?> map => new SortedDictionary<string, object?>(map.ToDictionary(pair => pair.Key, pair => Sorted(pair.Value)), StringComparer.Ordinal),
        IReadOnlyList<object?> list => list.Select(Sorted).ToList(),
        _ => value,
    };

    private static IEnumerable<string> YamlLines(object? value) => value switch
    {
        IReadOnlyDictionary<string, object?> { Count: > 0 } map => map.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => pair.Value switch
        {
            IReadOnlyDictionary<string, object?> { Count: > 0 } inner => YamlLines(inner).Select(line => "  " + line).Prepend($"{pair.Key}:"),
            IReadOnlyList<object?> { Count: > 0 } inner => YamlLines(inner).Prepend($"{pair.Key}:"),
            _ => [$"{pair.Key}: {Scalar(pair.Value)}"],
        }),
        IReadOnlyList<object?> { Count: > 0 } list => list.SelectMany(item => YamlLines(item).Select((line, index) => (index == 0 ? "- " : "  ") + line)),
        _ => [Scalar(value)],
    };

    private static string Scalar(object? value) => value switch
    {
        null => "null",
        IReadOnlyDictionary<string, object?> => "{}",
        IReadOnlyList<object?> => "[]",
        string text => Plain.IsMatch(text) ? text : JsonSerializer.Serialize(text, Compact),
        _ => TextOf(value),
    };
}
