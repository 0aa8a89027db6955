using System.Globalization;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;

namespace EdgeCache.Serving;

/// <summary>The headers that manifests and blobs share (PROTOCOL 13, 19). Stateless.</summary>
internal static class ContentHeaders
{
    /// <summary>Content under a digest never changes (RFC 8246).</summary>
    private const string Immutable = "max-age=31536000, immutable";

    /// <summary>The Cache-Status of what failed in this node and not at an upstream: another node may do better, and a balancer asks one.</summary>
    public const string FailedHere = CacheStatus.CacheName + "; detail=failed-here";

    /// <summary>A year, the longest that Age is worth saying.</summary>
    private const long MaxAgeSeconds = 31_536_000;

    /// <summary>Names the content.</summary>
    public static void Write(HttpResponse response, DigestText digest, string contentType, bool isImmutable)
    {
        var headers = response.Headers;
        headers.ContentType = contentType;
        headers["Docker-Content-Digest"] = digest.Value;
        headers.ETag = digest.EntityTag;
        if (isImmutable)
        {
            headers.CacheControl = Immutable;
        }
    }

    /// <summary>Says how the answer was had (RFC 9211), and how old it is where it came from the store, ours or that of a cache before us (RFC 9111,
    /// section 5.1).</summary>
    /// <param name="trail">Of upstream's answer, where this one comes of it; what comes from our store repeats nothing of other caches.</param>
    /// <param name="outage">Why upstream gave nothing, where it did not.</param>
    public static void WriteCacheState(
        HttpResponse response, CacheResult result, int forwardStatus, Freshness? freshness, in CacheTrail trail = default, OutageKind? outage = null)
    {
        var isStored = result is CacheResult.Hit or CacheResult.Stale;
        var isLimited = freshness is { } tag && tag.TimeToLive < TimeSpan.FromDays(3650) && isStored;
        response.Headers["Cache-Status"] =
            new CacheStatus(result, forwardStatus, isLimited ? freshness!.Value.TimeToLive : null, isStored ? null : trail.Members, outage).ToString();
        var ageSeconds = !isStored ? (long)trail.Age.TotalSeconds : freshness?.AgeSeconds ?? 0;
        if (ageSeconds > 0 || (isStored && freshness is not null))
        {
            response.Headers.Age = Math.Min(ageSeconds, MaxAgeSeconds).ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>304 with the headers that stand already, and no body.</summary>
    public static void SetNotModified(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status304NotModified;
        response.ContentLength = null;
    }
}
