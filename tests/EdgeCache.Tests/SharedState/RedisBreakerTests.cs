using EdgeCache.SharedState;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.SharedState;

public sealed class RedisBreakerTests
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1.25);
    private readonly FakeTimeProvider _clock = new();
    private readonly RedisBreaker _breaker;

    public RedisBreakerTests() => _breaker = new RedisBreaker(_clock);

    [Fact]
    public void New_IsOpenAndProbedAtOnce()
    {
        Assert.True(_breaker.IsOpen);
        Assert.True(_breaker.TryBeginProbe());
        _breaker.EndProbe(isAnswered: true);
        Assert.False(_breaker.IsOpen);
        Assert.False(_breaker.TryBeginProbe());
    }

    [Fact]
    public void FailuresInARow_OpenIt_OneShortDoesNot()
    {
        Close();
        for (var i = 1; i < RedisBreaker.FailuresInARow; i++)
        {
            Assert.False(_breaker.Failed());
        }

        _breaker.Succeeded();
        for (var i = 1; i < RedisBreaker.FailuresInARow; i++)
        {
            Assert.False(_breaker.Failed());
        }

        Assert.False(_breaker.IsOpen);
        Assert.True(_breaker.Failed());
        Assert.True(_breaker.IsOpen);

        // Those that were under way when it opened change nothing.
        Assert.False(_breaker.Failed());
        _breaker.Succeeded();
        Assert.True(_breaker.IsOpen);
    }

    [Fact]
    public void Open_IsProbedByOneAfterAPause()
    {
        Close();
        while (!_breaker.Failed())
        {
        }

        Assert.False(_breaker.TryBeginProbe());
        _clock.Advance(LongestPause);
        Assert.True(_breaker.TryBeginProbe());
        _clock.Advance(LongestPause);
        Assert.False(_breaker.TryBeginProbe());

        _breaker.EndProbe(isAnswered: false);
        Assert.False(_breaker.TryBeginProbe());
        _clock.Advance(LongestPause);
        Assert.True(_breaker.TryBeginProbe());
        _breaker.EndProbe(isAnswered: true);
        Assert.False(_breaker.IsOpen);
    }

    private void Close()
    {
        Assert.True(_breaker.TryBeginProbe());
        _breaker.EndProbe(isAnswered: true);
    }
}
