using System.Net;
using EdgeCache.Core.Fill;

namespace EdgeCache.Origin;

/// <summary>
/// Follows redirects by hand (PROTOCOL 8; containerd CVE-2020-15157): at most 5, never from https to http, the request built afresh for each hop,
/// Authorization only while scheme, host and port stay those it was meant for. Targets are often signed URLs: nothing here logs them.
/// </summary>
internal sealed class RedirectFollower(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    public const int MaxHops = 5;

    // What a registry's storage needs to know of the request; everything else stays behind.
    private static readonly string[] Kept = ["Accept", "Accept-Encoding", "User-Agent", "Range", "If-Range", "If-None-Match", LoopGuard.HeaderName];

    /// <summary>Whether two URIs have the same scheme, host and port.</summary>
    public static bool IsSameOrigin(Uri left, Uri right) =>
        left.Scheme == right.Scheme && left.Port == right.Port && left.IdnHost.Equals(right.IdnHost, StringComparison.OrdinalIgnoreCase);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var current = request;
        for (var hops = 0; ; hops++)
        {
            var response = await base.SendAsync(current, cancellationToken);
            if (!IsRedirect(response.StatusCode))
            {
                return response;
            }

            try
            {
                if (hops == MaxHops)
                {
                    throw new UpstreamFaultException(OriginOutcome.BadAnswer, $"more than {MaxHops} redirects");
                }

                current = Next(current, response.Headers.Location);
            }
            finally
            {
                response.Dispose();
            }
        }
    }

    private static bool IsRedirect(HttpStatusCode status) =>
        status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static HttpRequestMessage Next(HttpRequestMessage previous, Uri? location)
    {
        // Set on every request that a handler sees.
        var from = previous.RequestUri!;
        if (location is null || !Uri.TryCreate(from, location, out var target) || target.UserInfo.Length > 0
            || (target.Scheme != Uri.UriSchemeHttps && target.Scheme != Uri.UriSchemeHttp))
        {
            throw new UpstreamFaultException(OriginOutcome.BadAnswer, "a redirect to nowhere that can be asked");
        }

        if (from.Scheme == Uri.UriSchemeHttps && target.Scheme == Uri.UriSchemeHttp)
        {
            throw new UpstreamFaultException(OriginOutcome.BadAnswer, $"a redirect from https to http ({target.IdnHost})");
        }

        var next = new HttpRequestMessage(previous.Method, target)
        {
            Version = previous.Version,
            VersionPolicy = previous.VersionPolicy,
        };
        foreach (var name in Kept)
        {
            if (previous.Headers.NonValidated.TryGetValues(name, out var values))
            {
                next.Headers.TryAddWithoutValidation(name, values);
            }
        }

        if (IsSameOrigin(from, target))
        {
            next.Headers.Authorization = previous.Headers.Authorization;
        }

        return next;
    }
}
