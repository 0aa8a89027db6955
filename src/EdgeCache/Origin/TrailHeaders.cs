using System.Globalization;
using System.Net.Http.Headers;
using EdgeCache.Core.Caching;

namespace EdgeCache.Origin;

/// <summary>Reads what an upstream's answer says of the caches on its way, such as another node's. Pure.</summary>
internal static class TrailHeaders
{
    /// <summary>Room for some eight caches; what is longer is left out whole.</summary>
    private const int MaxMembersLength = 512;

    /// <summary>The longest that a tag can be configured to be fresh: more tells nothing more.</summary>
    private static readonly TimeSpan LongestAge = TimeSpan.FromDays(365);

    /// <param name="isEndpoint">Whether the endpoint itself answered; of a redirect's target the age is not read (<see cref="Core.Fill.OriginAnswer.Trail"/>).</param>
    /// <param name="delay">How long the answer took. It is part of the age of what a cache answered (RFC 9111, section 4.2.3).</param>
    public static CacheTrail Read(HttpResponseHeaders headers, bool isEndpoint, TimeSpan delay)
    {
        var age = isEndpoint ? ReadAge(headers) : null;
        return new CacheTrail(age is { } received ? Min(received + delay, LongestAge) : TimeSpan.Zero, ReadMembers(headers));
    }

    /// <summary>The members of Cache-Status; null where there are none, or they are malformed or too many.</summary>
    private static string? ReadMembers(HttpResponseHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues("Cache-Status", out var values))
        {
            return null;
        }

        var text = string.Join(", ", values).Trim();
        return text.Length <= MaxMembersLength && CacheStatusSyntax.IsValid(text) ? text : null;
    }

    /// <summary>RFC 9111, section 5.1: of several values the first; one that is no whole number counts as none.</summary>
    private static TimeSpan? ReadAge(HttpResponseHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues("Age", out var values))
        {
            return null;
        }

        var text = values.First().AsSpan();
        var comma = text.IndexOf(',');
        text = (comma < 0 ? text : text[..comma]).Trim();
        if (text.IsEmpty || text.ContainsAnyExceptInRange('0', '9'))
        {
            return null;
        }

        var isShort = uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds);
        return isShort ? Min(TimeSpan.FromSeconds(seconds), LongestAge) : LongestAge;
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
