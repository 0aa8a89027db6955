using EdgeCache.Core.Caching;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Routing;
using EdgeCache.Serving;
using Xunit;

namespace EdgeCache.Tests.Serving;

public sealed class ErrorMappingTests
{
    [Theory]
    [InlineData(OriginOutcome.NotFound, OciRouteKind.Manifest, 404, OciErrorCode.ManifestUnknown)]
    [InlineData(OriginOutcome.NotFound, OciRouteKind.Blob, 404, OciErrorCode.BlobUnknown)]
    [InlineData(OriginOutcome.NotFound, OciRouteKind.TagsList, 404, OciErrorCode.NameUnknown)]
    [InlineData(OriginOutcome.NotFound, OciRouteKind.Referrers, 404, OciErrorCode.ManifestUnknown)]
    [InlineData(OriginOutcome.Unauthorized, OciRouteKind.Manifest, 403, OciErrorCode.Denied)]
    [InlineData(OriginOutcome.Denied, OciRouteKind.Blob, 403, OciErrorCode.Denied)]
    [InlineData(OriginOutcome.RateLimited, OciRouteKind.Manifest, 503, OciErrorCode.Unknown)]
    [InlineData(OriginOutcome.Unavailable, OciRouteKind.Blob, 503, OciErrorCode.Unknown)]
    [InlineData(OriginOutcome.Unreachable, OciRouteKind.Manifest, 503, OciErrorCode.Unknown)]
    [InlineData(OriginOutcome.Loop, OciRouteKind.Manifest, 508, OciErrorCode.Unknown)]
    [InlineData(OriginOutcome.BadAnswer, OciRouteKind.Blob, 502, OciErrorCode.Unknown)]
    public void OriginFailure_HasItsStatus(OriginOutcome outcome, OciRouteKind kind, int status, OciErrorCode code)
    {
        var failure = ErrorMapping.ForOrigin(outcome, kind, detail: "why");
        Assert.Equal((status, code, "why"), (failure.StatusCode, failure.Code, failure.Detail));
        Assert.NotEmpty(failure.Message);
    }

    [Theory]
    [InlineData(null, 30)]
    [InlineData(0.0, 1)]
    [InlineData(-5.0, 1)]
    [InlineData(1.5, 2)]
    [InlineData(86_400.0, 3600)]
    public void RateLimit_AlwaysSaysWhenToComeBack(double? seconds, int expected)
    {
        TimeSpan? retryAfter = seconds is { } value ? TimeSpan.FromSeconds(value) : null;
        Assert.Equal(expected, ErrorMapping.ForOrigin(OriginOutcome.RateLimited, OciRouteKind.Blob, retryAfter).RetryAfterSeconds);
    }

    [Fact]
    public void Unavailable_SaysWhenOnlyIfUpstreamDid()
    {
        Assert.Equal(0, ErrorMapping.ForOrigin(OriginOutcome.Unavailable, OciRouteKind.Blob).RetryAfterSeconds);
        Assert.Equal(7, ErrorMapping.ForOrigin(OriginOutcome.Unavailable, OciRouteKind.Blob, TimeSpan.FromSeconds(7)).RetryAfterSeconds);
    }

    [Fact]
    public void Offline_IsA504ThatSaysWhere()
    {
        var failure = ErrorMapping.ForOrigin(OriginOutcome.Offline, OciRouteKind.Manifest);
        Assert.Equal((504, OciErrorCode.Unknown), (failure.StatusCode, failure.Code));
        Assert.Contains("Offline", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OriginOutcome.Unreachable, null, 30)]
    [InlineData(OriginOutcome.Unavailable, 7, 7)]
    [InlineData(OriginOutcome.BadAnswer, null, 30)]
    [InlineData(OriginOutcome.RateLimited, null, 30)]
    [InlineData(OriginOutcome.Denied, null, 30)]
    [InlineData(OriginOutcome.NotFound, null, 30)]
    public void ContractThatFails_MakesA503OfEveryOutage(OriginOutcome outcome, int? retryAfterSeconds, int expectedSeconds)
    {
        var fail = new OutageContract
        {
            Unreachable = OutageAction.Fail,
            ServerError = OutageAction.Fail,
            RateLimited = OutageAction.Fail,
            Denied = OutageAction.Fail,
            NotFound = OutageAction.Fail,
        };
        TimeSpan? retryAfter = retryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

        var answer = ErrorMapping.ForFailure(new FillFailure(FailureSource.Origin, outcome, "why", retryAfter), OciRouteKind.Manifest, fail);

        Assert.Equal((503, expectedSeconds, "why"), (answer.StatusCode, answer.RetryAfterSeconds, answer.Detail));
        var own = new FillFailure(FailureSource.Limit, outcome, "why");
        Assert.Equal(ErrorMapping.Overloaded, ErrorMapping.ForFailure(own, OciRouteKind.Manifest, fail));
    }

    [Theory]
    [InlineData(OriginOutcome.Denied, 403)]
    [InlineData(OriginOutcome.NotFound, 404)]
    [InlineData(OriginOutcome.BadAnswer, 502)]
    public void OtherContract_PassesTheStatusOn(OriginOutcome outcome, int status) => Assert.Equal(
        status,
        ErrorMapping.ForFailure(
            new FillFailure(FailureSource.Origin, outcome, "why"), OciRouteKind.Manifest, new OutageContract { Denied = OutageAction.Stale }).StatusCode);

    [Fact]
    public void EveryRouteFailure_IsAClientError() =>
        Assert.All(
            Enum.GetValues<RouteOutcome>().Where(outcome => outcome != RouteOutcome.Found),
            outcome => Assert.InRange(ErrorMapping.ForRoute(outcome).StatusCode, 400, 404));

    [Theory]
    [InlineData(OriginOutcome.Found)]
    [InlineData(OriginOutcome.NotModified)]
    public void Success_IsNoFailure(OriginOutcome outcome) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ErrorMapping.ForOrigin(outcome, OciRouteKind.Blob));

    [Fact]
    public void FoundRoute_IsNoFailure() => Assert.Throws<ArgumentOutOfRangeException>(() => ErrorMapping.ForRoute(RouteOutcome.Found));

    [Fact]
    public void Codes_AreTheSpecifications()
    {
        string[] expected =
        [
            "UNKNOWN", "BLOB_UNKNOWN", "BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN", "DIGEST_INVALID", "MANIFEST_BLOB_UNKNOWN", "MANIFEST_INVALID",
            "MANIFEST_UNKNOWN", "NAME_INVALID", "NAME_UNKNOWN", "SIZE_INVALID", "UNAUTHORIZED", "DENIED", "UNSUPPORTED", "TOOMANYREQUESTS",
        ];
        Assert.Equal(expected, Enum.GetValues<OciErrorCode>().Select(ErrorMapping.CodeText));
    }
}
