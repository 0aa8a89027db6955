namespace EdgeCache.Tests.Transport;

/// <summary>Waits for what happens on the other side of a connection.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <exception cref="TimeoutException">Not within a minute.</exception>
    public static async Task TrueAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Limit);
        while (!condition())
        {
            if (deadline.IsCancellationRequested)
            {
                throw new TimeoutException("The condition does not come true.");
            }

            await Task.Delay(1, CancellationToken.None);
        }
    }
}
