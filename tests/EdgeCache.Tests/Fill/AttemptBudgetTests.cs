using EdgeCache.Core.Fill;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Fill;

public sealed class AttemptBudgetTests
{
    private static readonly FillOptions Options = new()
    {
        MaxAttemptsInVain = 4,
        MaxAttempts = 10,
        ProgressBytes = 100,
        RetryDelay = TimeSpan.FromSeconds(1),
    };

    private readonly FakeTimeProvider _clock = new();
    private readonly AttemptBudget _budget;

    public AttemptBudgetTests() => _budget = new AttemptBudget(Options, _clock);

    [Fact]
    public void AttemptsInVain_PauseLongerAndEnd()
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            Assert.True(_budget.TryTake(99, out var delay));
            Assert.InRange(delay.TotalSeconds, 0.5 * (1 << attempt), 1 << attempt);
        }

        Assert.False(_budget.TryTake(99, out _));
    }

    [Fact]
    public void Progress_ForgivesThoseInVain_UpToTheTotal()
    {
        for (var attempt = 1; attempt < 10; attempt++)
        {
            Assert.True(_budget.TryTake(attempt % 3 == 0 ? 100 : 0, out var delay));
            Assert.Equal(attempt % 3 == 0, delay == TimeSpan.Zero);
        }

        Assert.False(_budget.TryTake(100, out _));
    }

    [Fact]
    public void TimeWithoutProgress_IsBounded_AfterTwoAttempts()
    {
        _clock.Advance(Options.RetryPatience);
        Assert.True(_budget.TryTake(0, out _));
        Assert.False(_budget.TryTake(0, out _));
    }

    [Fact]
    public void Progress_BeginsTheTimeAnew()
    {
        _clock.Advance(Options.RetryPatience);
        Assert.True(_budget.TryTake(100, out _));
        Assert.True(_budget.TryTake(0, out _));
        Assert.True(_budget.TryTake(0, out _));
    }

    [Fact]
    public void LongestPause_IsBounded()
    {
        var budget = new AttemptBudget(Options with { MaxAttemptsInVain = 100, MaxAttempts = 100 }, _clock);
        var delay = TimeSpan.Zero;
        for (var attempt = 0; attempt < 60; attempt++)
        {
            Assert.True(budget.TryTake(0, out delay));
        }

        Assert.InRange(delay.TotalSeconds, 16, 32);
    }
}
