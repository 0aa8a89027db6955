namespace EdgeCache.Load.Driving;

/// <summary>So many clients, each of which starts its next job when its last one has ended: the server sets the pace.</summary>
internal static class ClosedLoop
{
    /// <summary>Completes when the last job that was started before the end has ended.</summary>
    /// <param name="job">Gets the timestamp of its start; does not throw.</param>
    public static Task RunAsync(TimeProvider time, int clients, TimeSpan duration, Func<long, Task> job, CancellationToken cancellationToken)
    {
        var origin = time.GetTimestamp();
        return Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            await Task.Yield();
            while (time.GetElapsedTime(origin) < duration)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await job(time.GetTimestamp());
            }
        }));
    }
}
