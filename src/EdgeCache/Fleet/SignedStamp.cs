using System.Globalization;

namespace EdgeCache.Fleet;

/// <summary>
/// A signature with the time it was made: <c>seconds.signature</c>, the seconds since 1970. Good for a limited time and for one text only; a repetition within
/// that time asks for the same read again and gets nothing else. Pure.
/// </summary>
internal static class SignedStamp
{
    /// <summary>How far the clocks of two machines may be apart.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    /// <param name="text">What is signed besides the time.</param>
    public static string Create(FleetSecret secret, SecretPurpose purpose, string text, DateTimeOffset time)
    {
        var seconds = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"{seconds}.{secret.Sign(purpose, $"{seconds}\n{text}")}";
    }

    /// <param name="lifetime">How old it may be, skew not included.</param>
    public static bool IsValid(FleetSecret secret, SecretPurpose purpose, string text, ReadOnlySpan<char> stamp, DateTimeOffset now, TimeSpan lifetime)
    {
        var dot = stamp.IndexOf('.');
        if (dot <= 0 || !long.TryParse(stamp[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return false;
        }

        var age = now.ToUnixTimeSeconds() - (double)seconds;
        return age >= -Skew.TotalSeconds && age <= (lifetime + Skew).TotalSeconds
            && secret.IsSignature(purpose, $"{stamp[..dot]}\n{text}", stamp[(dot + 1)..]);
    }
}
