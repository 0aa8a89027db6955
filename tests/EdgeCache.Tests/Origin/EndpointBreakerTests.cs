using System.Collections.Concurrent;
using EdgeCache.Core.Fill;
using EdgeCache.Origin;
using EdgeCache.Testing;
using Polly.CircuitBreaker;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class EndpointBreakerTests
{
    /// <summary>The pause with its quarter more.</summary>
    private static readonly TimeSpan LongestPause = EndpointBreaker.Pause * 1.25;

    private readonly FakeTimeProvider _clock = new();
    private readonly ConcurrentQueue<CircuitState> _states = new();
    private readonly EndpointBreaker _breaker;

    public EndpointBreakerTests() => _breaker = new EndpointBreaker(_clock, (state, _) => _states.Enqueue(state));

    [Theory]
    [InlineData("FFFF", false)]
    [InlineData("FFFFF", true)]
    [InlineData("SSSSSSSSSSSSSSSSSSSSFFFF", false)]
    [InlineData("SSSSSSSSSSSSSSSSSSSSFFFFF", true)]
    [InlineData("FSFS", false)]
    [InlineData("FSFSF", true)]
    [InlineData("SFSFSF", true)]
    [InlineData("FSSFSSFSSFSSFSSFSSFSSFSS", false)]
    [InlineData("FNNNNNNNUUUUUUFNFUFN", false)]
    [InlineData("FNFUFNFUF", true)]
    public async Task Opens_AtFiveFailuresInARowOrHalfOfTheCalls(string calls, bool isOpen)
    {
        foreach (var call in calls)
        {
            await RunAsync(SignalOf(call));
        }

        Assert.Equal(isOpen ? CircuitState.Open : CircuitState.Closed, _breaker.State);
        Assert.Equal(isOpen, _breaker.IsSetAside);
        Assert.Equal(isOpen ? [CircuitState.Open] : [], _states);
    }

    [Fact]
    public async Task OldFailures_DoNotCount()
    {
        await RunAsync(EndpointSignal.Failed, 4);
        _clock.Advance(EndpointBreaker.Window * 1.2);
        await RunAsync(EndpointSignal.Failed, 4);

        Assert.Equal(CircuitState.Closed, _breaker.State);
    }

    [Fact]
    public async Task OneConnectionThatCannotBeMade_SetsAsideWithoutOpening()
    {
        await RunAsync(EndpointSignal.Unreachable);
        Assert.True(_breaker is { IsSetAside: true, State: CircuitState.Closed });

        await RunAsync(EndpointSignal.Answered);
        Assert.False(_breaker.IsSetAside);

        await RunAsync(EndpointSignal.Unreachable);
        _clock.Advance(LongestPause);
        Assert.False(_breaker.IsSetAside);
    }

    [Theory]
    [InlineData(EndpointSignal.Failed, OriginOutcome.Unavailable)]
    [InlineData(EndpointSignal.Silent, OriginOutcome.Unreachable)]
    [InlineData(EndpointSignal.Unreachable, OriginOutcome.Unreachable)]
    public async Task WhileItIsOpen_NothingIsRunAndTheFailureIsToldAgain(object signal, OriginOutcome outcome)
    {
        await RunAsync((EndpointSignal)signal, 5);

        for (var i = 0; i < 100; i++)
        {
            Assert.False(await _breaker.TryRunAsync(() => throw new InvalidOperationException("It was run.")));
        }

        Assert.Equal(outcome, _breaker.LastFailure);
        Assert.InRange(_breaker.Remaining, EndpointBreaker.Pause * 0.75, LongestPause);
    }

    [Fact]
    public async Task AfterThePause_OneOfManyIsTheProbe()
    {
        await RunAsync(EndpointSignal.Failed, 5);
        _clock.Advance(LongestPause);
        var answer = new TaskCompletionSource<EndpointSignal>(TaskCreationOptions.RunContinuationsAsynchronously);
        var runs = 0;

        var calls = Enumerable.Range(0, 50).Select(_ => Task.Run(() => _breaker.TryRunAsync(() =>
        {
            Interlocked.Increment(ref runs);
            return new ValueTask<EndpointSignal>(answer.Task);
        }).AsTask())).ToArray();
        await Eventually.TrueAsync(() => calls.Count(call => call.IsCompleted) == 49);

        Assert.Equal((1, CircuitState.HalfOpen), (runs, _breaker.State));
        answer.SetResult(EndpointSignal.Answered);
        Assert.Single(await Task.WhenAll(calls), isRun => isRun);
        Assert.Equal(CircuitState.Closed, _breaker.State);
        Assert.Equal([CircuitState.Open, CircuitState.HalfOpen, CircuitState.Closed], _states);
    }

    [Theory]
    [InlineData(EndpointSignal.Failed)]
    [InlineData(EndpointSignal.Silent)]
    [InlineData(EndpointSignal.Untold)]
    public async Task ProbeThatProvesNothing_OpensItAgain(object signal)
    {
        await RunAsync(EndpointSignal.Failed, 5);
        _clock.Advance(LongestPause);

        await RunAsync((EndpointSignal)signal);

        Assert.Equal(CircuitState.Open, _breaker.State);
        Assert.False(await RunAsync(EndpointSignal.Answered));
        _clock.Advance(LongestPause);
        Assert.True(await RunAsync(EndpointSignal.Answered));
        Assert.Equal(CircuitState.Closed, _breaker.State);
    }

    [Fact]
    public async Task ProbeThatIsCancelled_OpensItAgainAndIsThrownOn()
    {
        await RunAsync(EndpointSignal.Failed, 5);
        _clock.Advance(LongestPause);

        await Assert.ThrowsAsync<OperationCanceledException>(
            () => _breaker.TryRunAsync(() => throw new OperationCanceledException("The client left.")).AsTask());

        Assert.Equal(CircuitState.Open, _breaker.State);
    }

    [Fact]
    public async Task ProbeThatIsLimited_ClosesIt()
    {
        await RunAsync(EndpointSignal.Failed, 5);
        _clock.Advance(LongestPause);

        Assert.True(await RunAsync(EndpointSignal.Neutral));

        Assert.Equal(CircuitState.Closed, _breaker.State);
    }

    [Fact]
    public async Task BodiesThatBreakOff_CountBesideTheirHeaders()
    {
        for (var i = 0; i < 3; i++)
        {
            await RunAsync(EndpointSignal.Answered);
            _breaker.Record(EndpointSignal.Silent);
        }

        Assert.Equal(CircuitState.Open, _breaker.State);
        _breaker.Record(EndpointSignal.Silent);
        Assert.Equal([CircuitState.Open], _states);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(-1000)]
    public async Task ClockThatIsSet_NeitherProlongsNorEndsThePause(int days)
    {
        await RunAsync(EndpointSignal.Failed, 5);
        _clock.SetUtcNow(_clock.GetUtcNow().AddDays(days));

        Assert.False(await RunAsync(EndpointSignal.Answered));
        _clock.Advance(LongestPause);
        Assert.True(await RunAsync(EndpointSignal.Answered));
    }

    /// <summary>One second up, one second down, ten calls a second: without a breaker 600 of 1200 fail.</summary>
    [Fact]
    public async Task FlappingEndpoint_CostsFewFailures()
    {
        var failed = 0;
        for (var call = 0; call < 1200; call++)
        {
            var isUp = call / 10 % 2 == 0;
            if (await RunAsync(isUp ? EndpointSignal.Answered : EndpointSignal.Failed) && !isUp)
            {
                failed++;
            }

            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        // It opens at most once in 7.5 s, at five failures the first time; a probe that fails is one.
        Assert.InRange(failed, 5, 17 * EndpointBreaker.Failures);
        Assert.Contains(CircuitState.Closed, _states);
    }

    private static EndpointSignal SignalOf(char call) => call switch
    {
        'S' => EndpointSignal.Answered,
        'N' => EndpointSignal.Neutral,
        'U' => EndpointSignal.Untold,
        _ => EndpointSignal.Failed,
    };

    private async Task<bool> RunAsync(EndpointSignal signal, int times = 1)
    {
        var isRun = false;
        for (var i = 0; i < times; i++)
        {
            isRun = await _breaker.TryRunAsync(() => ValueTask.FromResult(signal));
        }

        return isRun;
    }
}
