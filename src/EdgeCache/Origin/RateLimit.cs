using System.Globalization;

namespace EdgeCache.Origin;

/// <summary>What an upstream last said of a credential's budget (PROTOCOL 3). A value.</summary>
/// <param name="Limit">Requests in a window; 0 where it did not say.</param>
/// <param name="Remaining">Those that are left of them.</param>
/// <param name="Window">How long the budget is for; zero where it did not say.</param>
internal readonly record struct RateLimit(long Limit, long Remaining, TimeSpan Window, DateTimeOffset SeenAt)
{
    private const long MaxWindowSeconds = 365 * 24 * 3600;

    /// <summary>Where the upstream does not say how long its budget is for.</summary>
    public static readonly TimeSpan UsualWindow = TimeSpan.FromHours(1);

    /// <summary>Reads <c>ratelimit-limit: 100;w=21600</c> and <c>ratelimit-remaining: 76;w=21600</c>; false where there is no usable remaining.</summary>
    public static bool TryRead(HttpResponseMessage response, DateTimeOffset now, out RateLimit limit)
    {
        var isKnown = TryRead(response, "ratelimit-remaining", out var remaining, out var window);
        TryRead(response, "ratelimit-limit", out var most, out _);
        limit = isKnown ? new RateLimit(most, remaining, window, now) : default;
        return isKnown;
    }

    /// <summary>Whether it may still be true.</summary>
    public bool IsCurrent(DateTimeOffset now) => SeenAt <= now && now - SeenAt < (Window > TimeSpan.Zero ? Window : UsualWindow);

    private static bool TryRead(HttpResponseMessage response, string header, out long count, out TimeSpan window)
    {
        (count, window) = (0, TimeSpan.Zero);
        if (!response.Headers.NonValidated.TryGetValues(header, out var values))
        {
            return false;
        }

        const string windowKey = "w=";
        var text = values.ToString().AsSpan();
        var semicolon = text.IndexOf(';');
        var parameter = semicolon < 0 ? default : text[(semicolon + 1)..].Trim();
        if (parameter.StartsWith(windowKey, StringComparison.OrdinalIgnoreCase)
            && long.TryParse(parameter[windowKey.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= MaxWindowSeconds)
        {
            window = TimeSpan.FromSeconds(seconds);
        }

        return long.TryParse(semicolon < 0 ? text : text[..semicolon], NumberStyles.None, CultureInfo.InvariantCulture, out count);
    }
}
