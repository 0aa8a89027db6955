using System.Collections.Concurrent;

namespace EdgeCache.Tests.Hosting;

/// <summary>A clock whose timers fire when the test says so. Time itself is the system's.</summary>
internal sealed class GatedTime : TimeProvider
{
    private readonly ConcurrentDictionary<TimeSpan, TaskCompletionSource<Action>> _timers = new();

    /// <summary>Waits until a timer with this due time is set, then fires it.</summary>
    public async Task FireAsync(TimeSpan dueTime)
    {
        var fire = await Timer(dueTime).Task.WaitAsync(TimeSpan.FromSeconds(30));
        fire();
    }

    /// <summary>Waits until a timer with this due time is set.</summary>
    public Task SetAsync(TimeSpan dueTime) => Timer(dueTime).Task.WaitAsync(TimeSpan.FromSeconds(30));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer(dueTime).TrySetResult(() => callback(state));
        return new SilentTimer();
    }

    private TaskCompletionSource<Action> Timer(TimeSpan dueTime) =>
        _timers.GetOrAdd(dueTime, _ => new TaskCompletionSource<Action>(TaskCreationOptions.RunContinuationsAsynchronously));

    private sealed class SilentTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
