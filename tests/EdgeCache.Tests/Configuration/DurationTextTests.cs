using EdgeCache.Configuration;
using Xunit;

namespace EdgeCache.Tests.Configuration;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("00:05:00", 300_000)]
    [InlineData("7.00:00:00", 604_800_000)]
    [InlineData("00:05", 300_000)]
    [InlineData("30s", 30_000)]
    [InlineData("500ms", 500)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("0", 0)]
    public void AllowedText_IsRead(string text, double expectedMilliseconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(expectedMilliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("-5s")]
    [InlineData("99999999999999d")]
    [InlineData("5 parsecs")]
    [InlineData("")]
    public void OtherText_IsRefused(string text) => Assert.False(DurationText.TryParse(text, out _));
}
