using EdgeCache.Fleet;
using Xunit;

namespace EdgeCache.Tests.Fleet;

public sealed class MemberAddressTests
{
    [Theory]
    [InlineData("http://Edge-1:5000", "http://edge-1:5000", 1)]
    [InlineData(" http://edge-1:5000/ ", "http://edge-1:5000", 1)]
    [InlineData("https://10.0.0.1;weight=2.5", "https://10.0.0.1", 2.5)]
    [InlineData("http://[::1]:80", "http://[::1]", 1)]
    public void Parses(string text, string url, double weight)
    {
        Assert.True(MemberAddress.TryParse(text, out var address));
        Assert.Equal((url, weight), (address.Text, address.Weight));
        Assert.True(MemberAddress.TryParse(address.ToString(), out var again));
        Assert.Equal(address, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("edge-1:5000")]
    [InlineData("ftp://edge-1")]
    [InlineData("http://edge-1/v2")]
    [InlineData("http://user@edge-1")]
    [InlineData("http://edge-1?x")]
    [InlineData("http://edge-1;weight=0")]
    [InlineData("http://edge-1;weight=1e3")]
    [InlineData("http://edge-1;weight=NaN")]
    [InlineData("http://edge-1;weight=")]
    public void Refuses(string? text) => Assert.False(MemberAddress.TryParse(text, out _));
}
