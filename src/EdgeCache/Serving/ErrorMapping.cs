using EdgeCache.Core.Caching;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Routing;

namespace EdgeCache.Serving;

/// <summary>
/// The one place that says which status and code a failure becomes (PROTOCOL 22, 23). Its aim is that a client which has other hosts goes to
/// the next one at once, and that a client which has none reads what is wrong. Pure.
/// </summary>
internal static class ErrorMapping
{
    /// <summary>Long enough to spare an upstream that limits us, short enough for a client that waits: RateLimited without a Retry-After.</summary>
    private const int DefaultRetryAfterSeconds = 30;

    /// <summary>An upstream may say a day; a client that obeyed would never come back.</summary>
    private const int MaxRetryAfterSeconds = 3600;

    /// <summary>
    /// What an upstream's failure becomes.
    /// <list type="bullet">
    /// <item>RateLimited is a 503: containerd repeats a 429 five times at once, and goes to the next host on a 503.</item>
    /// <item>Unauthorized is a 403 DENIED, as Denied is. Not a 401: without a challenge it breaks RFC 9110 (15.5.2), and with one containerd would
    /// send us the origin's pull secrets (PROTOCOL 6). Not a 404: upstream did not say that the content is absent, nobody may remember it
    /// as absent, and whoever configured wrong credentials should read of it. Clients take a 403 from a mirror as a reason to try the next.</item>
    /// <item>Loop is a 508 at every node that it comes through, so that the last one's client reads what is wrong.</item>
    /// <item>BadAnswer is a 502: the upstream works, but what it sent must not be passed on.</item>
    /// </list>
    /// </summary>
    /// <param name="outcome">Anything but Found and NotModified, which are no failures.</param>
    /// <param name="kind">What was asked for: says what is unknown on a NotFound.</param>
    /// <param name="retryAfter">What the upstream said.</param>
    /// <param name="detail">The upstream's reason, safe to show.</param>
    public static OciFailure ForOrigin(OriginOutcome outcome, OciRouteKind kind, TimeSpan? retryAfter = null, string? detail = null) => outcome switch
    {
        OriginOutcome.NotFound => NotFound(kind, detail),
        OriginOutcome.Unauthorized => new(403, OciErrorCode.Denied, "The upstream registry wants credentials that this cache does not have.", detail),
        OriginOutcome.Denied => new(403, OciErrorCode.Denied, "The upstream registry denies access.", detail),
        OriginOutcome.RateLimited => new(
            503, OciErrorCode.Unknown, "The upstream registry limits this cache's rate.", detail, Seconds(retryAfter ?? TimeSpan.FromSeconds(DefaultRetryAfterSeconds))),
        OriginOutcome.Unavailable => Unavailable("The upstream registry has failed.", retryAfter, detail),
        OriginOutcome.Unreachable => Unavailable("The upstream registry cannot be reached.", retryAfter, detail),
        OriginOutcome.Offline => Offline,
        OriginOutcome.Loop => Loop with { Detail = detail },
        OriginOutcome.BadAnswer => new(502, OciErrorCode.Unknown, "The upstream registry's answer cannot be used.", detail),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "Not a failure."),
    };

    /// <summary>What a failed fill, fetch, confirmation or forward becomes.</summary>
    /// <param name="contract">The upstream's.</param>
    public static OciFailure ForFailure(in FillFailure failure, OciRouteKind kind, OutageContract contract) => failure.Source switch
    {
        FailureSource.Limit => Overloaded,
        FailureSource.Store => StoreFailed with { Detail = failure.Reason },
        FailureSource.Internal => Internal with { StatusCode = 503, Detail = failure.Reason },
        _ when failure.Outage is { } outage && contract.For(outage) == OutageAction.Fail =>
            Unavailable("The upstream registry gives no content.", failure.RetryAfter ?? TimeSpan.FromSeconds(DefaultRetryAfterSeconds), failure.Reason),
        _ => ForOrigin(failure.Outcome, kind, failure.RetryAfter, failure.Reason),
    };

    /// <summary>What a target that names nothing becomes.</summary>
    public static OciFailure ForRoute(RouteOutcome outcome) => outcome switch
    {
        RouteOutcome.MalformedTarget => new(400, OciErrorCode.NameInvalid, "The path has characters or segments that no registry path has."),
        RouteOutcome.NotRegistry => new(404, OciErrorCode.Unsupported, "Nothing is here: the registry is under /v2/."),
        RouteOutcome.UnknownEndpoint => new(404, OciErrorCode.Unsupported, "The path is none of the distribution specification's endpoints."),
        RouteOutcome.UnknownUpstream => new(404, OciErrorCode.NameUnknown, "This cache has no such upstream registry."),
        RouteOutcome.MalformedNamespace => new(400, OciErrorCode.NameInvalid, "The ns parameter stands twice or is not well encoded."),
        RouteOutcome.InvalidName => new(400, OciErrorCode.NameInvalid, "The repository's name does not obey the specification's grammar."),
        RouteOutcome.InvalidTag => new(404, OciErrorCode.ManifestUnknown, "No manifest can have such a tag: it does not obey the specification's grammar."),
        RouteOutcome.InvalidDigest => new(400, OciErrorCode.DigestInvalid, "A digest is sha256: or sha512: and its lower-case hexadecimal digits."),
        RouteOutcome.UnknownUpload => new(404, OciErrorCode.BlobUploadUnknown, "This registry is read-only: it has no uploads."),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "Not a failure."),
    };

    /// <summary>A method other than GET and HEAD; the writer adds Allow to every 405.</summary>
    public static OciFailure MethodNotAllowed { get; } = new(405, OciErrorCode.Unsupported, "This registry is read-only.");

    /// <summary>The catalog, where the configuration does not offer it.</summary>
    public static OciFailure CatalogDisabled { get; } = new(404, OciErrorCode.Unsupported, "This registry does not list its repositories.");

    /// <summary>The request has passed this node before (RFC 8586; the status is of RFC 5842, section 7.2).</summary>
    public static OciFailure Loop { get; } = new(508, OciErrorCode.Unknown, "The upstream's configuration makes a loop: the request came back to a cache that it had passed.");

    /// <summary>A limit of this node is reached: fills, readers or waiters.</summary>
    public static OciFailure Overloaded { get; } = new(503, OciErrorCode.Unknown, "This cache is at its limit.", RetryAfterSeconds: 1);

    /// <summary>What a balancer is said to have signed for this request, and did not, or too long ago.</summary>
    public static OciFailure TicketRefused { get; } = new(403, OciErrorCode.Denied, "The ticket is not valid for this request, or no longer: ask the balancer again.");

    /// <summary>A balancer's: nobody of the fleet takes the request.</summary>
    public static OciFailure NoMember { get; } = new(503, OciErrorCode.Unknown, "No node of this cache can be reached.", RetryAfterSeconds: 1);

    /// <summary>A sibling asked for what is held, or what comes from a sibling itself (RFC 9111, section 5.2.1.7).</summary>
    public static OciFailure NotHeld { get; } = new(504, OciErrorCode.Unknown, "This cache does not hold it.");

    /// <summary>The upstream is switched off, and what is held is not enough: as where a client wants only what is held (RFC 9111, section 5.2.1.7).</summary>
    private static OciFailure Offline { get; } =
        new(504, OciErrorCode.Unknown, "The upstream registry is switched off in this cache's configuration (Offline), and this cache does not hold it.");

    /// <summary>A request that claims to be a sibling's and is not.</summary>
    public static OciFailure NoSibling { get; } = new(403, OciErrorCode.Denied, "The request is not signed by a node of this fleet.");

    /// <summary>The local disk or index failed, and passing the upstream's bytes through was not possible either.</summary>
    public static OciFailure StoreFailed { get; } = new(503, OciErrorCode.Unknown, "This cache's store has failed.", RetryAfterSeconds: 5);

    /// <summary>A fault of this program.</summary>
    public static OciFailure Internal { get; } = new(500, OciErrorCode.Unknown, "This cache has failed.");

    /// <summary>A range outside the content; the caller sets Content-Range. The specification has no code for it.</summary>
    public static OciFailure RangeNotSatisfiable { get; } = new(416, OciErrorCode.Unknown, "The range lies outside the content.");

    /// <summary>The word of the specification ("Error Codes").</summary>
    public static string CodeText(OciErrorCode code) => code switch
    {
        OciErrorCode.BlobUnknown => "BLOB_UNKNOWN",
        OciErrorCode.BlobUploadInvalid => "BLOB_UPLOAD_INVALID",
        OciErrorCode.BlobUploadUnknown => "BLOB_UPLOAD_UNKNOWN",
        OciErrorCode.DigestInvalid => "DIGEST_INVALID",
        OciErrorCode.ManifestBlobUnknown => "MANIFEST_BLOB_UNKNOWN",
        OciErrorCode.ManifestInvalid => "MANIFEST_INVALID",
        OciErrorCode.ManifestUnknown => "MANIFEST_UNKNOWN",
        OciErrorCode.NameInvalid => "NAME_INVALID",
        OciErrorCode.NameUnknown => "NAME_UNKNOWN",
        OciErrorCode.SizeInvalid => "SIZE_INVALID",
        OciErrorCode.Unauthorized => "UNAUTHORIZED",
        OciErrorCode.Denied => "DENIED",
        OciErrorCode.Unsupported => "UNSUPPORTED",
        OciErrorCode.TooManyRequests => "TOOMANYREQUESTS",
        _ => "UNKNOWN",
    };

    /// <summary>Referrers are no NAME_UNKNOWN: that would stop oras from trying the tag instead (PROTOCOL 21).</summary>
    private static OciFailure NotFound(OciRouteKind kind, string? detail) => kind switch
    {
        OciRouteKind.Blob => new(404, OciErrorCode.BlobUnknown, "The upstream registry has no such blob in this repository.", detail),
        OciRouteKind.Manifest => new(404, OciErrorCode.ManifestUnknown, "The upstream registry has no such manifest in this repository.", detail),
        OciRouteKind.Referrers => new(404, OciErrorCode.ManifestUnknown, "The upstream registry has no referrers of this manifest.", detail),
        _ => new(404, OciErrorCode.NameUnknown, "The upstream registry has no such repository.", detail),
    };

    private static OciFailure Unavailable(string message, TimeSpan? retryAfter, string? detail) =>
        new(503, OciErrorCode.Unknown, message, detail, retryAfter is { } time ? Seconds(time) : 0);

    private static int Seconds(TimeSpan time) => (int)Math.Clamp(Math.Ceiling(time.TotalSeconds), 1, MaxRetryAfterSeconds);
}
