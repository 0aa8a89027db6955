using EdgeCache.Load.Reporting;
using Xunit;

namespace EdgeCache.Tests.Load;

public class UnitsTests
{
    [Fact]
    public void Unknown_IsADash()
    {
        Assert.Equal("-", Units.Milliseconds(null));
        Assert.Equal("-", Units.Seconds(null));
        Assert.Equal("-", Units.Mebibytes(null));
        Assert.Equal("-", Units.Number(null));
    }

    [Fact]
    public void Figures_KeepTheDigitsThatSaySomething()
    {
        Assert.Equal("0.25", Units.Milliseconds(TimeSpan.FromMicroseconds(250)));
        Assert.Equal("1250", Units.Milliseconds(TimeSpan.FromSeconds(1.25)));
        Assert.Equal("1.25", Units.Seconds(TimeSpan.FromSeconds(1.25)));
        Assert.Equal("64", Units.Mebibytes(64 << 20));
    }
}
