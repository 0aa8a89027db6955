using System.Globalization;

namespace EdgeCache.Configuration;

/// <summary>The text of a share: <c>60%</c> or <c>0.6</c>. Pure.</summary>
internal static class ShareText
{
    /// <param name="share">0 to 1 for 0 % to 100 %; more is for the caller to refuse.</param>
    public static bool TryParse(string text, out double share)
    {
        var number = text.Trim();
        var isPercent = number.EndsWith('%');
        if (isPercent)
        {
            number = number[..^1].TrimEnd();
        }

        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value > 1_000_000)
        {
            share = 0;
            return false;
        }

        share = (double)(isPercent ? value / 100 : value);
        return true;
    }

    public static string Format(double share) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Round(share * 100, 4):0.####}%");
}
