using System.Net.Http.Headers;

namespace EdgeCache.Origin;

/// <summary>Reads Retry-After (RFC 9110, 10.2.3): seconds or a date. Pure.</summary>
internal static class RetryAfterHeader
{
    /// <summary>A longer wait than this is the same to us: Docker Hub's window is 6 hours.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <returns>The wait from now on, 0 to <see cref="Longest"/>; null where there is none.</returns>
    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset utcNow)
    {
        var field = headers.RetryAfter;
        var wait = field?.Delta ?? (field?.Date is { } date ? date - utcNow : null);
        return wait is not { } value ? null
            : value <= TimeSpan.Zero ? TimeSpan.Zero
            : value < Longest ? value : Longest;
    }
}
