namespace EdgeCache.Transport.Output;

/// <summary>With inline completions a thread may wait for the sockets of many connections: what may wait for a file goes on on a thread of the pool.</summary>
internal static class PoolThread
{
    public static bool IsCurrent => Thread.CurrentThread.IsThreadPoolThread;

    public static async ValueTask EnterAsync()
    {
        if (!IsCurrent)
        {
            await Task.Yield();
        }
    }
}
