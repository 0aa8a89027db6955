using System.Runtime.CompilerServices;

namespace EdgeCache.Testing;

/// <summary>Waits for what becomes true by itself and has no task to await: polled without spinning, with a generous bound.</summary>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <exception cref="TimeoutException">Not true within a minute; says which condition.</exception>
    public static Task TrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        TrueAsync(() => Task.FromResult(condition()), what);

    /// <exception cref="TimeoutException">Not true within a minute; says which condition.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        using var deadline = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            if (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"Not true within {Limit}: {what}");
            }

            await Task.Delay(Pause, CancellationToken.None);
        }
    }
}
