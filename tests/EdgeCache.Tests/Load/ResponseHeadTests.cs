using System.Text;
using EdgeCache.Load.Http;
using Xunit;

namespace EdgeCache.Tests.Load;

public class ResponseHeadTests
{
    [Theory]
    [InlineData("EdgeCache; hit", "Hit")]
    [InlineData("EdgeCache; hit; ttl=30", "Hit")]
    [InlineData("EdgeCache; hit, EdgeCache; fwd=miss; stored", "Miss")]
    [InlineData("EdgeCache; fwd=miss; stored", "Miss")]
    [InlineData("EdgeCache; fwd=miss; collapsed", "Collapsed")]
    [InlineData("EdgeCache", "Unknown")]
    public void CacheStatus_IsClassified(string value, string expected)
    {
        Assert.True(TryParse($"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nCache-Status: {value}\r\nX: y", out var head));
        Assert.Equal(expected, head.Cache.ToString());
        Assert.Equal((200, 12), (head.Status, head.BodyBytes));
        Assert.Equal(expected is "Miss" or "Collapsed", head.IsNoHit);
    }

    [Fact]
    public void Names_AreReadInAnyCaseAndOrder()
    {
        Assert.True(TryParse("HTTP/1.1 206 Partial\r\ncache-status:e; hit\r\ncontent-length:  7 ", out var head));
        Assert.Equal(new ResponseHead(206, 7, CacheAnswer.Hit), head);
    }

    [Fact]
    public void NoHeaders_HasNoLength()
    {
        Assert.True(TryParse("HTTP/1.1 404 Not Found", out var head));
        Assert.Equal(new ResponseHead(404, -1, CacheAnswer.Unknown), head);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.0 200 OK")]
    [InlineData("HTTP/1.1 x")]
    [InlineData("HTTP/1.1 20000 OK")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1x")]
    public void NoResponse_IsRefused(string text) => Assert.False(TryParse(text, out _));

    private static bool TryParse(string text, out ResponseHead head) => ResponseHead.TryParse(Encoding.ASCII.GetBytes(text), out head);
}
