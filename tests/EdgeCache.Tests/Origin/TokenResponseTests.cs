using System.Text;
using EdgeCache.Origin;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class TokenResponseTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("""{"token":"a"}""", "a", 60)]
    [InlineData("""{"access_token":"b","expires_in":300}""", "b", 300)]
    [InlineData("""{"token":"","access_token":"b"}""", "b", 60)]
    [InlineData("""{"token":"a","access_token":"b","expires_in":null}""", "a", 60)]
    [InlineData("""{"token":"a","expires_in":0}""", "a", 60)]
    [InlineData("""{"token":"a","expires_in":-5}""", "a", 60)]
    [InlineData("""{"token":"a","expires_in":5}""", "a", 5)]
    [InlineData("""{"token":"a","expires_in":1e300}""", "a", 43200)]
    [InlineData("""{"token":"a","expires_in":300,"issued_at":"2026-01-02T03:03:00Z"}""", "a", 240)]
    [InlineData("""{"token":"a","expires_in":300,"issued_at":"2026-01-02T03:05:00Z"}""", "a", 300)]
    [InlineData("""{"token":"a","expires_in":300,"issued_at":"2026-01-01T03:04:00Z"}""", "a", 300)]
    [InlineData("""{"token":"a","expires_in":300,"issued_at":"yesterday"}""", "a", 300)]
    public void Token_LivesAsLongAsItSays(string json, string token, int seconds)
    {
        Assert.True(TokenResponse.TryParse(Encoding.UTF8.GetBytes(json), Now, out var response));
        Assert.Equal((token, TimeSpan.FromSeconds(seconds)), (response.Token, response.Lifetime));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"token":1}""")]
    [InlineData("""{"token":"with blank"}""")]
    [InlineData("""{"token":"line\r\nbreak"}""")]
    public void NoUsableToken_IsRefused(string json) =>
        Assert.False(TokenResponse.TryParse(Encoding.UTF8.GetBytes(json), Now, out _));
}
