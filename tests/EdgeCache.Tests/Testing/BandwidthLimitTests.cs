using EdgeCache.Testing;
using EdgeCache.Testing.Network;
using Xunit;

namespace EdgeCache.Tests.Testing;

public sealed class BandwidthLimitTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly BandwidthLimit _limit;

    public BandwidthLimitTests() => _limit = new BandwidthLimit(_time);

    [Fact]
    public void NoRate_NeverWaits() => Assert.True(_limit.WaitAsync(int.MaxValue, CancellationToken.None).IsCompleted);

    [Fact]
    public async Task UsersTogether_WaitForTheSharedSchedule()
    {
        _limit.BytesPerSecond = 1000;

        var first = _limit.WaitAsync(1000, CancellationToken.None);
        var second = _limit.WaitAsync(1000, CancellationToken.None);

        // 50 ms are credit.
        _time.Advance(TimeSpan.FromMilliseconds(949));
        Assert.False(first.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await first.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await second.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(0, 65536)]
    [InlineData(1000, 20)]
    [InlineData(10, 1)]
    [InlineData(1_000_000_000, 65536)]
    public void Pieces_AreAFiftiethOfASecond(long rate, int expected)
    {
        _limit.BytesPerSecond = rate;

        Assert.Equal(expected, _limit.PieceBytes(65536));
    }
}
