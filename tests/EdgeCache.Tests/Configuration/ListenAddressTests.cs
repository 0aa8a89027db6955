using EdgeCache.Configuration;
using Xunit;

namespace EdgeCache.Tests.Configuration;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5000", "http://127.0.0.1:5000")]
    [InlineData("https://[::]:5443/", "https://[::]:5443")]
    [InlineData("http://LOCALHOST:0", "http://localhost:0")]
    [InlineData("http://+:80", "http://*:80")]
    [InlineData("http://0.0.0.0", "http://0.0.0.0:80")]
    public void AllowedText_IsRead(string text, string expected)
    {
        Assert.True(ListenAddress.TryParse(text, out var listen));
        Assert.Equal(expected, listen.ToString());
    }

    [Theory]
    [InlineData("127.0.0.1:5000")]
    [InlineData("ftp://127.0.0.1:5000")]
    [InlineData("http://edge.example:5000")]
    [InlineData("http://127.0.0.1:65536")]
    [InlineData("http://127.0.0.1:5000/base")]
    [InlineData("http://user@127.0.0.1:5000")]
    [InlineData("http://5000")]
    [InlineData("http://::1:5000")]
    [InlineData("http://")]
    [InlineData("")]
    public void OtherText_IsRefused(string text) => Assert.False(ListenAddress.TryParse(text, out _));

    [Theory]
    [InlineData("http://127.0.0.1:5000", "http://127.0.0.1:5000", true)]
    [InlineData("http://*:5000", "http://127.0.0.1:5000", true)]
    [InlineData("http://127.0.0.1:5000", "http://0.0.0.0:5000", true)]
    [InlineData("http://127.0.0.1:0", "http://127.0.0.1:0", false)]
    [InlineData("http://127.0.0.1:5000", "http://127.0.0.2:5000", false)]
    [InlineData("http://127.0.0.1:5000", "http://127.0.0.1:5001", false)]
    public void TwoAddresses_CollideWhereOnlyOneCanBeBound(string left, string right, bool expected) =>
        Assert.Equal(expected, ListenAddress.Parse(left).Collides(ListenAddress.Parse(right)));
}
