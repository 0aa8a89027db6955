using System.Globalization;

namespace EdgeCache.SharedState;

/// <summary>A time as the text of its milliseconds since 1970. Pure.</summary>
internal static class UnixTime
{
    /// <summary>The year 9999: no time that a node may write is later.</summary>
    private const long MaxMilliseconds = 253_402_300_799_999;

    public static string Format(DateTimeOffset time) => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    public static bool TryParse(string text, out DateTimeOffset time)
    {
        var isTime = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds <= MaxMilliseconds;
        time = isTime ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : default;
        return isTime;
    }
}
