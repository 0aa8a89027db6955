using EdgeCache.Balancing;
using EdgeCache.Core.Caching;
using EdgeCache.Serving;
using Xunit;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeCache.Tests.Balancing;

public sealed class AttemptRulesTests
{
    [Theory]
    [InlineData(503, "", true)]
    [InlineData(502, "", true)]
    [InlineData(504, ContentHeaders.FailedHere, true)]
    [InlineData(503, "Shield; fwd=miss, " + ContentHeaders.FailedHere, true)]
    [InlineData(503, "Shield; hit, EdgeCache; fwd=miss; detail=error", false)]
    [InlineData(500, "", false)]
    [InlineData(404, "", false)]
    [InlineData(200, "", false)]
    public void OwnFailures_AreThoseThatDoNotTellOfAnUpstream(int status, string cacheStatus, bool expected) =>
        Assert.Equal(expected, AttemptRules.IsMembersOwnFailure(status, cacheStatus));

    [Fact]
    public void UpstreamsFailure_IsToldAsOne() =>
        Assert.False(AttemptRules.IsMembersOwnFailure(503, new CacheStatus(CacheResult.Error).ToString()));

    [Fact]
    public void Errors_SayWhetherAnotherMemberMayTry()
    {
        var refused = new HttpRequestException(HttpRequestError.ConnectionError);
        var ended = new HttpRequestException(HttpRequestError.ResponseEnded);
        var connecting = new TaskCanceledException("x", new TimeoutException());

        Assert.Equal(AttemptOutcome.Unreachable, Of(ForwarderError.Request, refused));
        Assert.Equal(AttemptOutcome.Unreachable, Of(ForwarderError.RequestTimedOut, connecting));
        Assert.Equal(AttemptOutcome.Broken, Of(ForwarderError.Request, ended));
        Assert.Equal(AttemptOutcome.Broken, Of(ForwarderError.ResponseBodyDestination, ended));
        Assert.Equal(AttemptOutcome.Silent, Of(ForwarderError.RequestCanceled, new OperationCanceledException(), isGivenUp: true));
        Assert.Equal(AttemptOutcome.Cut, Of(ForwarderError.ResponseBodyDestination, ended, hasBegun: true, clientLeft: true));
        Assert.Equal(AttemptOutcome.Cut, Of(ForwarderError.ResponseBodyCanceled, new OperationCanceledException(), hasBegun: true, isGivenUp: true, clientLeft: true));
        Assert.Equal(AttemptOutcome.ClientLeft, Of(ForwarderError.RequestCanceled, new OperationCanceledException(), clientLeft: true));
        Assert.Equal(AttemptOutcome.ClientLeft, Of(ForwarderError.ResponseBodyClient, new IOException(), hasBegun: true));
    }

    [Theory]
    [InlineData("/v2/a/blobs/b?x=%2F", "edge:5000", "/v2/a/blobs/b?x=%2F", "edge:5000")]
    [InlineData("http://other.example/v2/?ns=http://x/", "edge", "/v2/?ns=http://x/", "other.example")]
    [InlineData("/v2/?ns=http://x/", "edge", "/v2/?ns=http://x/", "edge")]
    public void Target_IsSentOnAsItCame(string rawTarget, string host, string expected, string expectedHost)
    {
        var target = new ClientTarget(rawTarget, host);
        Assert.Equal((expected, expectedHost), (target.PathAndQuery, target.Host));
    }

    private static AttemptOutcome Of(ForwarderError error, Exception exception, bool hasBegun = false, bool isGivenUp = false, bool clientLeft = false) =>
        AttemptRules.OfError(error, exception, hasBegun, isGivenUp, clientLeft);
}
