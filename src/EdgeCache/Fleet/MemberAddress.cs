using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EdgeCache.Fleet;

/// <summary>
/// A member as configuration and discovery name it: its URL and its share of the keys, such as <c>http://10.0.0.7:5000</c> or
/// <c>https://edge-2:5443;weight=2</c>. A value; two with the same URL are the same member.
/// </summary>
/// <param name="Url">Scheme, host and port, in lower case; without path.</param>
/// <param name="Weight">0.01 to 100; 1 unless said.</param>
public readonly record struct MemberAddress(Uri Url, double Weight = 1)
{
    public const string Allowed = "an http:// or https:// URL of a node without path, with an optional weight from 0.01 to 100, such as http://edge-1:5000;weight=2";

    private const string WeightKey = ";weight=";

    public static bool TryParse([NotNullWhen(true)] string? text, out MemberAddress address)
    {
        address = default;
        var trimmed = text?.Trim() ?? string.Empty;
        var mark = trimmed.IndexOf(WeightKey, StringComparison.Ordinal);
        var weight = 1.0;
        if (mark >= 0 && !(double.TryParse(trimmed.AsSpan(mark + WeightKey.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out weight)
            && weight is >= 0.01 and <= 100))
        {
            return false;
        }

        if (!Uri.TryCreate(mark < 0 ? trimmed : trimmed[..mark], UriKind.Absolute, out var url) || !IsBare(url))
        {
            return false;
        }

        address = new MemberAddress(new Uri(url.GetLeftPart(UriPartial.Authority)), weight);
        return true;
    }

    public override string ToString() =>
        Text + (Weight == 1 ? string.Empty : WeightKey + Weight.ToString(CultureInfo.InvariantCulture));

    /// <summary>Scheme, host and port without a slash behind: the member's name, and what its place in every ranking comes from.</summary>
    public string Text => Url.GetLeftPart(UriPartial.Authority);

    private static bool IsBare(Uri url) =>
        (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && url.Host.Length > 0 && url.Port > 0 && url is { UserInfo: "", Query: "", Fragment: "", AbsolutePath: "/" or "" };
}
