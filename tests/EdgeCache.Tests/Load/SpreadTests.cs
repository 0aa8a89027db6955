using EdgeCache.Load.Measuring;
using Xunit;

namespace EdgeCache.Tests.Load;

public class SpreadTests
{
    [Fact]
    public void Hundred_AreRankedExactly()
    {
        var spread = Spread.Of(Enumerable.Range(1, 100).Reverse().Select(number => TimeSpan.FromMilliseconds(number)));
        Assert.Equal(new Spread(Milliseconds(1), Milliseconds(50), Milliseconds(99), Milliseconds(100)), spread);
    }

    [Fact]
    public void One_IsAllOfThem() => Assert.Equal(new Spread(Milliseconds(3), Milliseconds(3), Milliseconds(3), Milliseconds(3)), Spread.Of([Milliseconds(3)]));

    [Fact]
    public void None_IsZero() => Assert.Equal(default, Spread.Of([]));

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
