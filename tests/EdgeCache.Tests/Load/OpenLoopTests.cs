using EdgeCache.Load.Driving;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Load;

public class OpenLoopTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<double> _latencies = [];
    private int _started;
    private int _notStarted;

    [Fact]
    public async Task SlowJob_CountsAgainstThoseThatWaitForIt()
    {
        var running = RunAsync(patienceSeconds: 10, 0, 1, 2, 3);
        await PassAsync(1);
        await PassAsync(1.5);
        _first.SetResult();
        await Eventually.TrueAsync(() => Volatile.Read(ref _started) == 3 && _time.ActiveTimers == 1);
        await PassAsync(0.5);
        await running;
        Assert.Equal([2.5, 1.5, 0.5, 0], _latencies);
        Assert.Equal(0, _notStarted);
    }

    [Fact]
    public async Task JobThatCannotStartInTime_IsLeftOutAndCounted()
    {
        var running = RunAsync(patienceSeconds: 1, 0, 0.5, 5);
        await PassAsync(0.5);
        await PassAsync(1);
        await Eventually.TrueAsync(() => Volatile.Read(ref _notStarted) == 1 && _time.ActiveTimers == 1);
        await PassAsync(3.5);
        await Eventually.TrueAsync(() => _time.ActiveTimers == 1);
        _first.SetResult();
        await running;
        Assert.Equal([5, 0], _latencies);
        Assert.Equal(1, _notStarted);
    }

    [Fact]
    public async Task Cancellation_WaitsForWhatIsInFlight()
    {
        using var cancelled = new CancellationTokenSource();
        var loop = new OpenLoop(_time, 2, TimeSpan.FromSeconds(1));
        var running = loop.RunAsync([TimeSpan.Zero, TimeSpan.FromHours(1)], _ => _first.Task, () => { }, cancelled.Token);
        await cancelled.CancelAsync();
        Assert.False(running.IsCompleted);
        _first.SetResult();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    /// <summary>One job at a time; the first one lasts until it is told to end.</summary>
    private Task RunAsync(double patienceSeconds, params double[] starts) => new OpenLoop(_time, 1, TimeSpan.FromSeconds(patienceSeconds)).RunAsync(
        starts.Select(TimeSpan.FromSeconds),
        async intended =>
        {
            if (Interlocked.Increment(ref _started) == 1)
            {
                await _first.Task;
            }

            _latencies.Add(_time.GetElapsedTime(intended).TotalSeconds);
        },
        () => Interlocked.Increment(ref _notStarted),
        CancellationToken.None);

    /// <summary>Moves the clock when the loop waits for it.</summary>
    private async Task PassAsync(double seconds)
    {
        await Eventually.TrueAsync(() => _time.ActiveTimers == 1);
        _time.Advance(TimeSpan.FromSeconds(seconds));
    }
}
