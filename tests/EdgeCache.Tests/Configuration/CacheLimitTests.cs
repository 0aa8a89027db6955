using EdgeCache.Configuration;
using Xunit;

namespace EdgeCache.Tests.Configuration;

public sealed class CacheLimitTests
{
    [Theory]
    [InlineData("20GiB", 20L << 30)]
    [InlineData("21474836480", 20L << 30)]
    [InlineData("60%", 600)]
    [InlineData("100 %", 1000)]
    public void Limit_ResolvesOnADiskOf1000Bytes(string text, long expected)
    {
        Assert.True(CacheLimit.TryParse(text, out var limit));
        Assert.Equal(expected, limit.Resolve(1000));
    }

    [Theory]
    [InlineData("0%")]
    [InlineData("101%")]
    [InlineData("-5%")]
    [InlineData("banana")]
    [InlineData("")]
    public void OtherText_IsRefused(string text) => Assert.False(CacheLimit.TryParse(text, out _));
}
