using System.Runtime.CompilerServices;
using Xunit;

namespace EdgeCache.FunctionalTests.Edge;

/// <summary>Waits for what becomes true by itself and has no task to await: polled, with a generous bound.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public static Task TrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        using var deadline = new CancellationTokenSource(Limit);
        using var poll = new PeriodicTimer(Pause);
        while (!await condition())
        {
            if (deadline.IsCancellationRequested)
            {
                Assert.Fail($"Not true within {Limit}: {what}");
            }

            await poll.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
