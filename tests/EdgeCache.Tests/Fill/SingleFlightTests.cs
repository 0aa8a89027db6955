using EdgeCache.Core.Fill;
using Xunit;

namespace EdgeCache.Tests.Fill;

public sealed class SingleFlightTests : IAsyncLifetime
{
    private readonly SingleFlight<string, int> _flights = new(maxWaiters: 3);
    private readonly TaskCompletionSource<int> _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _runs;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _gate.TrySetResult(0);
        await _flights.DisposeAsync();
    }

    [Fact]
    public async Task SameKey_OneRunAndAllHaveItsResult()
    {
        var first = RunAsync("a");
        var second = RunAsync("a");
        _gate.SetResult(7);

        Assert.Equal((7, false), await first);
        Assert.Equal((7, true), await second);
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task OtherKey_RunsItself()
    {
        var first = RunAsync("a");
        var second = RunAsync("b");
        _gate.SetResult(7);

        Assert.Equal([(7, false), (7, false)], await Task.WhenAll(first, second));
        Assert.Equal(2, _runs);
    }

    [Fact]
    public async Task AfterTheEnd_RunsAgain()
    {
        _gate.SetResult(7);
        await RunAsync("a");

        Assert.Equal((7, false), await RunAsync("a"));
        Assert.Equal(2, _runs);
    }

    [Fact]
    public async Task WaiterLeaves_OthersHaveTheResult()
    {
        using var leaving = new CancellationTokenSource();
        var leader = RunAsync("a", leaving.Token);
        var follower = RunAsync("a");

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
        _gate.SetResult(7);

        Assert.Equal((7, true), await follower);
    }

    [Fact]
    public async Task WorkThrows_EachWaiterHasAnExceptionOfItsOwn()
    {
        var first = RunAsync("a");
        var second = RunAsync("a");
        var fault = new ArithmeticException();
        _gate.SetException(fault);

        var seen = new[]
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => first),
            await Assert.ThrowsAsync<InvalidOperationException>(() => second),
        };

        Assert.NotSame(seen[0], seen[1]);
        Assert.All(seen, error => Assert.Same(fault, error.InnerException));
    }

    [Fact]
    public async Task TooManyWaiters_AreRefused()
    {
        var waiting = new[] { RunAsync("a"), RunAsync("a"), RunAsync("b") };

        Assert.Null(await RunAsync("a"));

        _gate.SetResult(7);
        await Task.WhenAll(waiting);
        Assert.NotNull(await RunAsync("a"));
    }

    [Fact]
    public async Task Disposal_CancelsTheWorkAndRefusesMore()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = _flights.RunAsync(
            "a",
            async token =>
            {
                started.SetResult();
                await Task.Delay(Timeout.Infinite, token);
                return 0;
            },
            default).AsTask();
        await started.Task;

        await _flights.DisposeAsync();
        await _flights.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Null(await RunAsync("a"));
    }

    private async Task<(int Result, bool Joined)?> RunAsync(string key, CancellationToken cancellationToken = default) =>
        await _flights.RunAsync(
            key,
            _ =>
            {
                Interlocked.Increment(ref _runs);
                return _gate.Task;
            },
            cancellationToken);
}
