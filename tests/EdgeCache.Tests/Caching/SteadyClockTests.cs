using EdgeCache.Core.Caching;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Caching;

public sealed class SteadyClockTests
{
    private readonly FakeTimeProvider _wall = new();
    private readonly SteadyClock _clock;

    public SteadyClockTests() => _clock = new SteadyClock(_wall);

    [Fact]
    public void WallClockThatIsLeftAlone_IsFollowed()
    {
        foreach (var step in (double[])[0.3, 0.9, 1, 60, 86_400, 0.1])
        {
            _wall.Advance(TimeSpan.FromSeconds(step));
            Assert.Equal(_wall.GetUtcNow(), _clock.GetUtcNow());
        }
    }

    [Theory]
    [InlineData(1, 1.1)]
    [InlineData(-1, 0.9)]
    public void WallClockThatIsSetByADay_IsFollowedAtATenthOfThePace(int days, double pace)
    {
        var start = _clock.GetUtcNow();
        _wall.SetUtcNow(start.AddDays(days));
        Assert.Equal(start, _clock.GetUtcNow());

        Pass(100);

        Assert.Equal(start.AddSeconds(100 * pace), _clock.GetUtcNow());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    public void WallClockThatIsSet_IsReached(int hours)
    {
        _wall.SetUtcNow(_wall.GetUtcNow().AddHours(hours));

        Pass(20 * 3600 + 1);

        Assert.Equal(_wall.GetUtcNow(), _clock.GetUtcNow());
    }

    [Fact]
    public void LongSilence_IsNoLicenceForAJump()
    {
        var start = _clock.GetUtcNow();
        _wall.Advance(TimeSpan.FromDays(1));
        _wall.SetUtcNow(_wall.GetUtcNow().AddDays(1));

        Assert.InRange(_clock.GetUtcNow(), start.AddDays(1), start.AddDays(1).AddSeconds(6));
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(-3)]
    public void WallClockThatWasNotSetBefore_IsTakenOverAtOnce(int days)
    {
        _wall.SetUtcNow(_wall.GetUtcNow().AddDays(days));
        _wall.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(_wall.GetUtcNow(), _clock.GetUtcNow());
    }

    [Fact]
    public void TimestampsAndTimers_AreTheWallClocks()
    {
        var fired = 0;
        using var timer = _clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        var before = _clock.GetTimestamp();

        _wall.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal((1, TimeSpan.FromSeconds(5)), (fired, _clock.GetElapsedTime(before)));
    }

    [Fact]
    public void Asking_AllocatesNothingBetweenCorrections()
    {
        _ = _clock.GetUtcNow();
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = _clock.GetUtcNow();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>Lets seconds pass, asking in each.</summary>
    private void Pass(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            _wall.Advance(TimeSpan.FromSeconds(1));
            _ = _clock.GetUtcNow();
        }
    }
}
