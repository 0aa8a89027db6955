using System.Globalization;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace EdgeCache.Origin;

/// <summary>
/// The query parameters that are forwarded: the known ones, validated and encoded anew; all others are dropped (PROMISES, Security: poisoning).
/// <c>next_page</c> is quay's cursor: without it a client would get quay's first page for ever. Immutable.
/// </summary>
internal sealed class ForwardQuery
{
    /// <summary>The longest page asked for (PROMISES, Security); a larger <c>n</c> becomes this one.</summary>
    public const int MaxPage = 1000;

    // A cursor of quay's has some 200 characters, a tag 128, a repository's name 255.
    private const int MaxValueLength = 1024;

    private static readonly string[] Known = ["n", "last", "next_page", "artifactType"];

    private readonly List<KeyValuePair<string, string>> _parameters = [];

    private ForwardQuery()
    {
    }

    /// <summary>Whether it names a place in a list to go on from.</summary>
    public bool HasCursor => _parameters.Exists(parameter => parameter.Key is "last" or "next_page");

    /// <param name="query">The decoded query.</param>
    /// <param name="invalid">The name of the parameter that is not valid, where the result is null.</param>
    public static ForwardQuery? Read(IEnumerable<KeyValuePair<string, StringValues>> query, out string? invalid)
    {
        var result = new ForwardQuery();
        foreach (var (name, values) in query)
        {
            if (Array.IndexOf(Known, name) < 0 || StringValues.IsNullOrEmpty(values))
            {
                continue;
            }

            if (values.Count > 1 || !IsValid(name, values.ToString(), out var value))
            {
                invalid = name;
                return null;
            }

            result._parameters.Add(new(name, value));
        }

        invalid = null;
        return result;
    }

    /// <summary>The query, encoded, without its question mark.</summary>
    public override string ToString() => Encode(_parameters);

    /// <summary>The same with <c>ns</c>: of the client that used it and must send it again, or of an endpoint that wants it.</summary>
    public string ToString(string? ns) => ns is null ? ToString() : Encode(_parameters.Append(new("ns", ns)));

    private static bool IsValid(string name, string text, out string value)
    {
        value = text;
        if (name == "n")
        {
            var isNumber = text.Length <= 18 && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
            value = isNumber ? Math.Min(ulong.Parse(text, CultureInfo.InvariantCulture), MaxPage).ToString(CultureInfo.InvariantCulture) : text;
            return isNumber;
        }

        return text.Length <= MaxValueLength && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
    }

    private static string Encode(IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            text.Append(text.Length > 0 ? "&" : string.Empty).Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return text.ToString();
    }
}
