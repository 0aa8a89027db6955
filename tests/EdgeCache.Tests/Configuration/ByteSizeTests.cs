using EdgeCache.Configuration;
using Xunit;

namespace EdgeCache.Tests.Configuration;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("20GiB", 20L << 30)]
    [InlineData("20gib", 20L << 30)]
    [InlineData(" 1.5 KiB ", 1536)]
    [InlineData("1TB", 1_000_000_000_000)]
    [InlineData("3 MB", 3_000_000)]
    [InlineData("7B", 7)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void AllowedText_IsRead(string text, long expected)
    {
        Assert.True(ByteSize.TryParse(text, out var sizeBytes));
        Assert.Equal(expected, sizeBytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GiB")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1,5GiB")]
    [InlineData("1e3")]
    [InlineData("20Gi")]
    [InlineData("9223372036854775808")]
    [InlineData("9000000TiB")]
    public void OtherText_IsRefused(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData(20L << 30, "20GiB")]
    [InlineData(1536, "1536")]
    [InlineData(2048, "2KiB")]
    public void Size_IsShownWithTheGreatestUnitThatLosesNothing(long sizeBytes, string expected) =>
        Assert.Equal(expected, ByteSize.Format(sizeBytes));
}
