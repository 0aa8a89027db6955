using EdgeCache.Routing;
using Xunit;

namespace EdgeCache.Tests.Routing;

public sealed class InternTableTests
{
    [Fact]
    public void Text_IsRememberedInItsScope()
    {
        var table = new InternTable<string>(16);
        var (one, other) = (new object(), new object());
        table.Set(one, "a", "A");
        Assert.True(table.TryGet(one, "a", out var value));
        Assert.Equal("A", value);
        Assert.False(table.TryGet(other, "a", out _));
        Assert.False(table.TryGet(one, "b", out _));
    }

    [Fact]
    public void Flood_KeepsAtMostItsSlots()
    {
        var table = new InternTable<int>(16);
        for (var number = 0; number < 10_000; number++)
        {
            table.Set(null, number.ToString(), number);
        }

        Assert.InRange(Enumerable.Range(0, 10_000).Count(number => table.TryGet(null, number.ToString(), out var value) && value == number), 1, 16);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void OddSize_Throws(int slots) => Assert.Throws<ArgumentOutOfRangeException>(() => new InternTable<int>(slots));
}
