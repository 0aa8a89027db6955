using System.Net.Http.Headers;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;

namespace EdgeCache.Origin;

/// <summary>What an upstream's status and headers mean (PROTOCOL 8, 14, 17, 23). Pure.</summary>
internal static class AnswerRules
{
    /// <summary>The outcome and, for anything but Found and NotModified, why.</summary>
    /// <param name="isEndpoint">Whether the endpoint itself answered: a 401 or 403 of a redirect's target is no word on the client's rights, it is
    /// a signed URL that did not work.</param>
    /// <param name="offset">The offset that was asked for; above 0 a 206 is expected and a 200 allowed.</param>
    public static (OriginOutcome Outcome, string Reason) Judge(HttpResponseMessage response, bool isEndpoint, long offset)
    {
        var status = (int)response.StatusCode;
        return status switch
        {
            200 => JudgeBody(response, null),
            206 when offset > 0 => JudgeBody(response, offset),
            304 => (OriginOutcome.NotModified, string.Empty),
            404 or 410 => (OriginOutcome.NotFound, "the upstream does not have it"),
            401 or 403 when !isEndpoint => (OriginOutcome.Unavailable, $"the upstream's storage answered {status}"),
            401 => (OriginOutcome.Unauthorized, "the upstream asks for other credentials"),
            403 => (OriginOutcome.Denied, "the upstream denies access"),
            408 or 429 => (OriginOutcome.RateLimited, "the upstream limits the rate"),
            508 => (OriginOutcome.Loop, "the upstream's endpoint leads back to a cache that the request has passed"),
            >= 500 => (OriginOutcome.Unavailable, $"the upstream answered {status}"),
            _ => (OriginOutcome.BadAnswer, $"the upstream answered {status}"),
        };
    }

    /// <summary>Whether another endpoint may do better. 404, 401 and 403 are answers: endpoints are the same registry.</summary>
    public static bool IsFinal(OriginOutcome outcome) =>
        outcome is OriginOutcome.Found or OriginOutcome.NotModified or OriginOutcome.NotFound
            or OriginOutcome.Unauthorized or OriginOutcome.Denied or OriginOutcome.Offline;

    /// <summary>What the outcome tells of the endpoint's health.</summary>
    public static EndpointSignal SignalOf(OriginOutcome outcome) => outcome switch
    {
        OriginOutcome.Unavailable => EndpointSignal.Failed,
        OriginOutcome.Unreachable => EndpointSignal.Silent,
        OriginOutcome.RateLimited or OriginOutcome.Loop or OriginOutcome.BadAnswer => EndpointSignal.Neutral,
        _ => EndpointSignal.Answered,
    };

    /// <summary>
    /// Whether a failure is that of a registry beyond: the endpoint is a cache that says so (RFC 9211). It lives then, and may hold all else that it is asked for,
    /// so that neither its breaker nor its Retry-After may keep other requests from it.
    /// </summary>
    /// <param name="members">The answer's Cache-Status; null for none.</param>
    public static bool IsFromBeyond(string? members) => members is not null
        && members.AsSpan(members.LastIndexOf(',') + 1) is var last
        && (last.Contains(CacheStatus.ForwardParameter, StringComparison.Ordinal) || last.Contains(CacheStatus.OfflineParameter, StringComparison.Ordinal));

    /// <summary>Whether the content is in a coding other than identity (RFC 9110, 8.4).</summary>
    public static bool IsEncoded(HttpContentHeaders headers) =>
        headers.NonValidated.TryGetValues("Content-Encoding", out var codings)
        && codings.Any(coding => !coding.Equals("identity", StringComparison.OrdinalIgnoreCase) && coding.Length > 0);

    /// <summary>What the answer says its content's digest is; none where it says nothing, or nonsense.</summary>
    public static Digest ReadDigest(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Docker-Content-Digest", out var values)
        && Digest.TryParse(values.ToString(), out var digest) ? digest : default;

    /// <summary>How long a Found answer's body is, which for a range Content-Range says; null where nothing does.</summary>
    public static long? ReadLength(HttpResponseMessage response)
    {
        var headers = response.Content.Headers;
        return (int)response.StatusCode == 206 && headers.ContentRange is { HasRange: true } range ? range.To - range.From + 1 : headers.ContentLength;
    }

    private static (OriginOutcome Outcome, string Reason) JudgeBody(HttpResponseMessage response, long? rangeFrom)
    {
        var headers = response.Content.Headers;
        if (IsEncoded(headers))
        {
            return (OriginOutcome.BadAnswer, "the upstream sent encoded content");
        }

        if (rangeFrom is { } offset && !IsRangeFrom(headers, offset))
        {
            return (OriginOutcome.BadAnswer, "the upstream sent another range than was asked for");
        }

        return (OriginOutcome.Found, string.Empty);
    }

    /// <summary>Whether Content-Range begins at the offset, ends with the content, and fits Content-Length (RFC 9110, 14.4).</summary>
    private static bool IsRangeFrom(HttpContentHeaders headers, long offset) =>
        headers.ContentRange is { Unit: "bytes", HasRange: true } range
        && range.From == offset
        && (range.Length is not { } total || range.To == total - 1)
        && (headers.ContentLength is not { } length || length == range.To - range.From + 1);
}
