using System.Diagnostics;
using EdgeCache.Testing;

namespace EdgeCache.Lab.Http;

/// <summary>
/// Lets the time of a node pass while nothing else happens: what waits for a time-out, a pause or a back-off of any length waits for some dozens of milliseconds,
/// and as long as something happens no time runs out, however slow the machine is.
/// </summary>
/// <param name="isBusy">Whether somebody works who need not show it by any activity.</param>
/// <param name="activity">A number that changes while something happens.</param>
internal sealed class IdleTime(FakeTimeProvider clock, Func<bool> isBusy, Func<long> activity)
{
    /// <summary>Less than a fourth of the shortest time-out (10 s for headers), so that one moment that was wrongly taken for idle ends nothing.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(2);

    /// <summary>A turn that lasts longer tells of a machine that is too busy for anything to happen.</summary>
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMilliseconds(12);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private const int QuietTurns = 10;
    private const int MaxTurns = 100;

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
        var quiet = 0;
        for (var turn = 0; turn < MaxTurns && quiet < QuietTurns; turn++)
        {
            var began = Stopwatch.GetTimestamp();
            await Task.WhenAny(task, Task.Delay(Turn));
            if (task.IsCompleted || activity() != before || isBusy())
            {
                return false;
            }

            quiet += Stopwatch.GetElapsedTime(began) < LongestTurn ? 1 : 0;
        }

        return quiet == QuietTurns;
    }
}
