using System.Globalization;

namespace EdgeCache.Configuration;

/// <summary>The text of a duration: <c>[d.]hh:mm:ss[.fff]</c>, or a number with a unit (<c>30s</c>, <c>500ms</c>, <c>5m</c>, <c>12h</c>,
/// <c>7d</c>), or <c>0</c>. Pure.</summary>
internal static class DurationText
{
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond), ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour), ("d", TimeSpan.TicksPerDay),
    ];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var trimmed = text.Trim();
        if (trimmed == "0")
        {
            return true;
        }

        // TimeSpan reads "5" as five days: only texts with a colon go to it.
        if (trimmed.Contains(':'))
        {
            return TimeSpan.TryParseExact(trimmed, ["c", "h\\:m\\:s", "h\\:m"], CultureInfo.InvariantCulture, out duration);
        }

        foreach (var (unit, ticks) in Units)
        {
            if (trimmed.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                var number = trimmed[..^unit.Length].TrimEnd();
                if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
                    || count > long.MaxValue / ticks)
                {
                    return false;
                }

                duration = TimeSpan.FromTicks((long)(count * ticks));
                return true;
            }
        }

        return false;
    }

    public static string Format(TimeSpan duration) =>
        duration > TimeSpan.Zero && duration < TimeSpan.FromSeconds(1)
            ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds}ms")
            : duration.ToString("c", CultureInfo.InvariantCulture);
}
