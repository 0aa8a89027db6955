using System.Net;
using System.Net.Http.Headers;
using EdgeCache.Core.Fill;
using EdgeCache.Origin;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class AnswerRulesTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData("EdgeCache; fwd=miss; detail=error", true)]
    [InlineData("EdgeCache; detail=offline", true)]
    [InlineData("EdgeCache; detail=failed-here", false)]
    [InlineData("EdgeCache; fwd=miss; detail=error, EdgeCache; detail=failed-here", false)]
    [InlineData("EdgeCache; detail=failed-here, EdgeCache; fwd=miss; detail=error", true)]
    public void CacheThatSpeaksOfItsUpstream_IsNotWhatFails(string? members, bool isFromBeyond) =>
        Assert.Equal(isFromBeyond, AnswerRules.IsFromBeyond(members));

    [Theory]
    [InlineData(200, OriginOutcome.Found)]
    [InlineData(304, OriginOutcome.NotModified)]
    [InlineData(404, OriginOutcome.NotFound)]
    [InlineData(410, OriginOutcome.NotFound)]
    [InlineData(401, OriginOutcome.Unauthorized)]
    [InlineData(403, OriginOutcome.Denied)]
    [InlineData(408, OriginOutcome.RateLimited)]
    [InlineData(429, OriginOutcome.RateLimited)]
    [InlineData(500, OriginOutcome.Unavailable)]
    [InlineData(503, OriginOutcome.Unavailable)]
    [InlineData(504, OriginOutcome.Unavailable)]
    [InlineData(508, OriginOutcome.Loop)]
    [InlineData(206, OriginOutcome.BadAnswer)]
    [InlineData(204, OriginOutcome.BadAnswer)]
    [InlineData(400, OriginOutcome.BadAnswer)]
    [InlineData(416, OriginOutcome.BadAnswer)]
    public void Status_MapsToOutcome(int status, OriginOutcome outcome) =>
        Assert.Equal(outcome, AnswerRules.Judge(new HttpResponseMessage((HttpStatusCode)status), true, 0).Outcome);

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public void RightsOfAnotherHost_AreNoWordOnOurs(int status) =>
        Assert.Equal(OriginOutcome.Unavailable, AnswerRules.Judge(new HttpResponseMessage((HttpStatusCode)status), false, 0).Outcome);

    [Theory]
    [InlineData("bytes 10-99/100", 90L, OriginOutcome.Found)]
    [InlineData("bytes 10-99/*", 90L, OriginOutcome.Found)]
    [InlineData("bytes 10-99/100", null, OriginOutcome.Found)]
    [InlineData("bytes 0-99/100", 100L, OriginOutcome.BadAnswer)]
    [InlineData("bytes 11-99/100", 89L, OriginOutcome.BadAnswer)]
    [InlineData("bytes 10-98/100", 89L, OriginOutcome.BadAnswer)]
    [InlineData("bytes 10-99/100", 89L, OriginOutcome.BadAnswer)]
    [InlineData("bytes */100", 0L, OriginOutcome.BadAnswer)]
    [InlineData(null, 90L, OriginOutcome.BadAnswer)]
    public void PartialContent_MustBeTheRangeAskedFor(string? range, long? length, OriginOutcome outcome)
    {
        var response = new HttpResponseMessage(HttpStatusCode.PartialContent) { Content = new StreamContent(Stream.Null) };
        response.Content.Headers.ContentRange = range is null ? null : ContentRangeHeaderValue.Parse(range);
        response.Content.Headers.ContentLength = length;

        Assert.Equal(outcome, AnswerRules.Judge(response, true, 10).Outcome);
    }

    [Theory]
    [InlineData("gzip", OriginOutcome.BadAnswer)]
    [InlineData("identity", OriginOutcome.Found)]
    [InlineData("identity, zstd", OriginOutcome.BadAnswer)]
    public void EncodedContent_IsRefused(string coding, OriginOutcome outcome)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(Stream.Null) };
        response.Content.Headers.TryAddWithoutValidation("Content-Encoding", coding);

        Assert.Equal(outcome, AnswerRules.Judge(response, true, 0).Outcome);
    }
}
