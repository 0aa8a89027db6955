using System.Text;
using System.Text.RegularExpressions;

namespace EdgeCache.Load.Peers;

/// <summary>A peer's configuration with words such as <c>@port@</c> to fill in: a file of load/peers, built into the driver.</summary>
internal static partial class ConfigTemplate
{
    /// <param name="name">The file's name in load/peers.</param>
    public static string Read(string name)
    {
        using var stream = typeof(ConfigTemplate).Assembly.GetManifestResourceStream($"peers/{name}")
            ?? throw new FileNotFoundException($"There is no configuration load/peers/{name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>Fills in every word once for each place where it stands.</summary>
    /// <exception cref="ArgumentException">A word has no value, or a value has no word.</exception>
    public static string Render(string template, IReadOnlyDictionary<string, string> values)
    {
        var used = new HashSet<string>();
        var text = Word().Replace(template, match =>
        {
            var word = match.Groups[1].Value;
            used.Add(word);
            return values.TryGetValue(word, out var value) ? value : throw new ArgumentException($"The word @{word}@ has no value.", nameof(values));
        });
        return values.Keys.FirstOrDefault(word => !used.Contains(word)) is { } unused
            ? throw new ArgumentException($"The template has no word @{unused}@.", nameof(values))
            : text;
    }

    [GeneratedRegex("@([a-z_]+)@")]
    private static partial Regex Word();
}
