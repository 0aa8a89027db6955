using EdgeCache.Testing;

namespace EdgeCache.Lab.Http;

/// <summary>
/// Lets the time of a node pass while nothing else happens: what waits for a time-out, a pause or a back-off of any length waits for some dozens of milliseconds,
/// and as long as something happens no time runs out, however slow the machine is.
/// </summary>
/// <param name="activity">A number that changes while something happens.</param>
internal sealed class IdleTime(FakeTimeProvider clock, Func<long> activity)
{
    /// <summary>Less than a fourth of the shortest time-out (10 s for headers), so that one moment that was wrongly taken for idle ends nothing.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private const int QuietTurns = 10;

    /// <exception cref="LabFailedException">It has not come to its end within a real minute.</exception>
    public async Task<T> UntilAsync<T>(Task<T> task)
    {
        using var deadline = new CancellationTokenSource(Limit);
        while (!task.IsCompleted)
        {
            if (deadline.IsCancellationRequested)
            {
                throw new LabFailedException($"Somebody was still waiting after {Limit}.");
            }

            if (await IsQuietAsync(task))
            {
                clock.Advance(Step);
            }
        }

        return await task;
    }

    private async Task<bool> IsQuietAsync(Task task)
    {
        var before = activity();
        for (var turn = 0; turn < QuietTurns; turn++)
        {
            await Task.WhenAny(task, Task.Delay(Turn));
            if (task.IsCompleted || activity() != before)
            {
                return false;
            }
        }

        return true;
    }
}
