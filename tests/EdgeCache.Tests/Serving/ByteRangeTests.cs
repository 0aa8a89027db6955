using EdgeCache.Serving;
using Xunit;

namespace EdgeCache.Tests.Serving;

public sealed class ByteRangeTests
{
    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=0-99", 0, 100)]
    [InlineData("bytes=0-", 0, 100)]
    [InlineData("bytes=10-19", 10, 10)]
    [InlineData("BYTES=10-19", 10, 10)]
    [InlineData("bytes=10-19 ", 10, 10)]
    [InlineData("bytes=99-", 99, 1)]
    [InlineData("bytes=99-99", 99, 1)]
    [InlineData("bytes=50-1000", 50, 50)]
    [InlineData("bytes=50-99999999999999999999999999", 50, 50)]
    [InlineData("bytes=50-9223372036854775807", 50, 50)]
    [InlineData("bytes=-1", 99, 1)]
    [InlineData("bytes=-100", 0, 100)]
    [InlineData("bytes=-101", 0, 100)]
    [InlineData("bytes=-99999999999999999999999999", 0, 100)]
    [InlineData("bytes=00000000000000000000000000001-2", 1, 2)]
    public void Range_IsPartial(string header, long offset, long length) =>
        Assert.Equal(new ByteRange(RangeOutcome.Partial, offset, length), ByteRange.Parse(header, 100));

    [Theory]
    [InlineData("bytes=100-")]
    [InlineData("bytes=100-200")]
    [InlineData("bytes=9223372036854775807-")]
    [InlineData("bytes=99999999999999999999999999-")]
    [InlineData("bytes=99999999999999999999999998-99999999999999999999999999")]
    [InlineData("bytes=-0")]
    public void Range_IsUnsatisfiable(string header) =>
        Assert.Equal(new ByteRange(RangeOutcome.Unsatisfiable, 0, 0), ByteRange.Parse(header, 100));

    [Theory]
    [InlineData("")]
    [InlineData("bytes")]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("bytes=5")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=5-4")]
    [InlineData("bytes=0-1,2-3")]
    [InlineData("bytes=0-1,")]
    [InlineData("bytes=0--1")]
    [InlineData("bytes=--1")]
    [InlineData("bytes=+0-1")]
    [InlineData("bytes= 0-1")]
    [InlineData("bytes=0 -1")]
    [InlineData("bytes=0x0-0x1")]
    [InlineData("bytes=٠-١")]
    [InlineData("bytes 0-1")]
    [InlineData("items=0-1")]
    [InlineData("seconds=0-")]
    public void OtherHeader_IsIgnored(string header) => Assert.Equal(new ByteRange(RangeOutcome.Whole, 0, 100), ByteRange.Parse(header, 100));

    [Fact]
    public void EmptyContent_HasNoParts()
    {
        Assert.Equal(RangeOutcome.Unsatisfiable, ByteRange.Parse("bytes=0-", 0).Outcome);
        Assert.Equal(RangeOutcome.Unsatisfiable, ByteRange.Parse("bytes=0-0", 0).Outcome);
        Assert.Equal(new ByteRange(RangeOutcome.Whole, 0, 0), ByteRange.Parse("bytes=-5", 0));
    }

    [Fact]
    public void HugeContent_DoesNotOverflow()
    {
        Assert.Equal(new ByteRange(RangeOutcome.Partial, 0, long.MaxValue), ByteRange.Parse("bytes=0-", long.MaxValue));
        Assert.Equal(new ByteRange(RangeOutcome.Partial, long.MaxValue - 1, 1), ByteRange.Parse("bytes=-1", long.MaxValue));
    }

    [Theory]
    [InlineData("bytes=10-19", "bytes 10-19/100")]
    [InlineData("bytes=-1", "bytes 99-99/100")]
    [InlineData("bytes=100-", "bytes */100")]
    public void ContentRange_NamesTheSize(string header, string expected) =>
        Assert.Equal(expected, ByteRange.Parse(header, 100).ToContentRange(100));

    [Fact]
    public void RandomHeaders_StayWithinTheContent()
    {
        const string Characters = "0123456789-,= bytes";
        var random = new Random(20260104);
        for (var round = 0; round < 200_000; round++)
        {
            var text = new char[random.Next(30)];
            for (var index = 0; index < text.Length; index++)
            {
                text[index] = Characters[random.Next(random.Next(2) > 0 ? 11 : Characters.Length)];
            }

            var size = random.Next(3) == 0 ? random.NextInt64(long.MaxValue) : random.Next(20);
            var range = ByteRange.Parse("bytes=" + new string(text), size);
            Assert.True(range.Offset >= 0 && range.LengthBytes >= 0 && range.Offset <= size - range.LengthBytes, new string(text));
            Assert.True(range.Outcome != RangeOutcome.Partial || range.LengthBytes > 0, new string(text));
        }
    }
}
