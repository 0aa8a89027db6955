namespace EdgeCache.Load.Driving;

/// <summary>
/// Starts jobs at intended times, however long earlier ones take, so that a slow server is not asked less often: latencies count from the intended start.
/// Jobs in flight are bounded; what cannot start within the patience is not started at all, and counted. Used once.
/// </summary>
/// <param name="maxInFlight">Jobs at once.</param>
/// <param name="patience">How much later than intended a job may start.</param>
internal sealed class OpenLoop(TimeProvider time, int maxInFlight, TimeSpan patience)
{
    private readonly SemaphoreSlim _slots = new(maxInFlight);

    /// <summary>Completes when all jobs have ended.</summary>
    /// <param name="starts">From now on, in order.</param>
    /// <param name="job">Gets the timestamp of its intended start; does not throw.</param>
    /// <param name="notStarted">Called for each job that is left out.</param>
    /// <exception cref="OperationCanceledException">The token; jobs in flight have ended.</exception>
    public async Task RunAsync(IEnumerable<TimeSpan> starts, Func<long, Task> job, Action notStarted, CancellationToken cancellationToken)
    {
        var origin = time.GetTimestamp();
        try
        {
            foreach (var start in starts)
            {
                if (start - time.GetElapsedTime(origin) is var early && early > TimeSpan.Zero)
                {
                    await Task.Delay(early, time, cancellationToken);
                }

                if (await TryTakeSlotAsync(start + patience - time.GetElapsedTime(origin), cancellationToken))
                {
                    _ = RunAsync(job, origin + (long)(start.TotalSeconds * time.TimestampFrequency));
                }
                else
                {
                    notStarted();
                }
            }
        }
        finally
        {
            // All slots back: no job is in flight.
            for (var slot = 0; slot < maxInFlight; slot++)
            {
                await _slots.WaitAsync(CancellationToken.None);
            }
        }
    }

    /// <summary>Its slot is its owner: the loop ends when all are free.</summary>
    private async Task RunAsync(Func<long, Task> job, long intended)
    {
        try
        {
            await job(intended);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<bool> TryTakeSlotAsync(TimeSpan left, CancellationToken cancellationToken)
    {
        if (_slots.Wait(0, cancellationToken))
        {
            return true;
        }

        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        using var timeout = new CancellationTokenSource(left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        Task taking = _slots.WaitAsync(either.Token);
        await taking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!taking.IsCompletedSuccessfully)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }

        return true;
    }
}
