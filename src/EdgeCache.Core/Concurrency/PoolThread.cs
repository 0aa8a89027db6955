namespace EdgeCache.Core.Concurrency;

/// <summary>
/// Files are opened, read and written on threads of the pool. The threads that wait for sockets may run requests up to that point, but must never wait for a
/// disk: every connection of theirs would wait with them.
/// </summary>
public static class PoolThread
{
    /// <summary>Goes on at once on a thread of the pool, else as soon as one is free.</summary>
    public static async ValueTask EnterAsync()
    {
        if (!Thread.CurrentThread.IsThreadPoolThread)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }
}
