using System.Net;
using System.Net.Http.Headers;

namespace EdgeCache.Origin;

/// <summary>Builds the requests to upstreams, always afresh: nothing of a client's request gets into them but validated values. Pure.</summary>
internal static class OriginRequests
{
    private static readonly ProductInfoHeaderValue UserAgent =
        new("EdgeCache", typeof(OriginRequests).Assembly.GetName().Version?.ToString(3) ?? "0");

    private static readonly StringWithQualityHeaderValue Identity = new("identity");

    /// <param name="accept">The Accept header; null for none.</param>
    public static HttpRequestMessage Create(HttpMethod method, Uri uri, string? accept)
    {
        var request = new HttpRequestMessage(method, uri)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        SetHeaders(request, accept);
        return request;
    }

    public static void SetHeaders(HttpRequestMessage request, string? accept)
    {
        request.Headers.UserAgent.Add(UserAgent);
        request.Headers.AcceptEncoding.Add(Identity);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }
    }
}
