using System.Text;
using System.Text.RegularExpressions;

namespace EdgeCache.Configuration;

/// <summary>What may be shown of a value that someone configured: nothing of secrets, one line, bounded. Pure.</summary>
internal static class Redaction
{
    private const int MaxShownLength = 200;
    private const string Hidden = "***";

    private static readonly string[] SecretWords = ["pas", "word", "pwd", "secret", "token", "auth", "cred", "key"];

    /// <summary>The value without the user and query of any URL in it, control characters escaped, cut at 200 characters.</summary>
    public static string Show(string value)
    {
        var withoutUser = Regex.Replace(value, "//[^/]*@", $"//{Hidden}@", RegexOptions.NonBacktracking);
        var withoutQuery = Regex.Replace(withoutUser, @"(://[^?,]*)\?[^,]*", "$1?" + Hidden, RegexOptions.NonBacktracking);
        var shown = new StringBuilder();
        foreach (var character in withoutQuery.AsSpan(0, Math.Min(withoutQuery.Length, MaxShownLength)))
        {
            _ = char.IsControl(character) ? shown.Append($"\\u{(int)character:x4}") : shown.Append(character);
        }

        return withoutQuery.Length > MaxShownLength ? shown.Append('…').ToString() : shown.ToString();
    }

    /// <summary>The value of a key nobody knows: hidden where the key could have been meant for a secret.</summary>
    public static string ShowUnknown(string key, string value) =>
        SecretWords.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase)) ? Hidden : Show(value);
}
