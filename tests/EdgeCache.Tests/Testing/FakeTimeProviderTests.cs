using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Testing;

public sealed class FakeTimeProviderTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Advance_MovesWallClockAndTimestampsAlike()
    {
        var (utc, timestamp) = (_time.GetUtcNow(), _time.GetTimestamp());

        _time.Advance(TimeSpan.FromMinutes(3));

        Assert.Equal(TimeSpan.FromMinutes(3), _time.GetUtcNow() - utc);
        Assert.Equal(TimeSpan.FromMinutes(3), _time.GetElapsedTime(timestamp));
    }

    [Fact]
    public void WallClockSet_LeavesTimersAndTimestampsAlone()
    {
        var fired = 0;
        using var timer = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        var timestamp = _time.GetTimestamp();

        _time.SetUtcNow(_time.GetUtcNow().AddDays(1));

        Assert.Equal(TimeSpan.Zero, _time.GetElapsedTime(timestamp));
        Assert.Equal(0, fired);
    }

    [Fact]
    public void TimersDue_FireInOrderAtTheirOwnTimes()
    {
        var start = _time.GetUtcNow();
        var fired = new List<double>();
        void Record(object? state) => fired.Add((_time.GetUtcNow() - start).TotalSeconds);
        using var late = _time.CreateTimer(Record, null, TimeSpan.FromSeconds(7), Timeout.InfiniteTimeSpan);
        using var periodic = _time.CreateTimer(Record, null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));

        _time.Advance(TimeSpan.FromSeconds(9));

        Assert.Equal([2, 5, 7, 8], fired);
    }

    [Fact]
    public async Task Delay_CompletesWhenTheTimeHasPassed()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(10), _time);

        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(delay.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        await delay.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void DisposedTimer_DoesNotFire()
    {
        var fired = 0;
        var timer = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        timer.Dispose();

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(0, fired);
        Assert.Equal(0, _time.ActiveTimers);
        Assert.False(timer.Change(TimeSpan.FromSeconds(1), TimeSpan.Zero));
    }

    [Fact]
    public void TimerDueAtOnce_FiresWithoutAMoveOfTheClock()
    {
        using var fired = new ManualResetEventSlim();
        using var timer = _time.CreateTimer(_ => fired.Set(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);

        Assert.True(fired.Wait(TimeSpan.FromSeconds(30)));
    }
}
