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

    /// <summary>Says how the answer was had (RFC 9211), and how old it is where it came from the store (RFC 9111, section 5.1).</summary>
    public static void WriteCacheState(HttpResponse response, CacheResult result, int forwardStatus, Freshness? freshness)
    {
        var isLimited = freshness is { } tag && tag.TimeToLive < TimeSpan.FromDays(3650) && result is CacheResult.Hit or CacheResult.Stale;
        response.Headers["Cache-Status"] = new CacheStatus(result, forwardStatus, isLimited ? freshness!.Value.TimeToLive : null).ToString();
        if (result is CacheResult.Hit or CacheResult.Stale && freshness is { } stored)
        {
            response.Headers.Age = Math.Min(stored.AgeSeconds, MaxAgeSeconds).ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>304 with the headers that stand already, and no body.</summary>
    public static void SetNotModified(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status304NotModified;
        response.ContentLength = null;
    }
}
