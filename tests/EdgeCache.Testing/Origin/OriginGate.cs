namespace EdgeCache.Testing.Origin;

/// <summary>
/// A point where answers wait until the test lets them go on, so that tests need no sleeps. Open for good once released; the origin's end
/// also ends the wait. Safe for concurrent use.
/// </summary>
public sealed class OriginGate
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _arrivals = new(0);

    /// <summary>Completes when one more answer has come to the gate than was awaited before.</summary>
    /// <exception cref="TimeoutException">None came within the time, 30 s unless told otherwise.</exception>
    public async Task ReachedAsync(TimeSpan? timeout = null)
    {
        if (!await _arrivals.WaitAsync(timeout ?? TimeSpan.FromSeconds(30)))
        {
            throw new TimeoutException("No answer of the origin came to the gate.");
        }
    }

    public void Release() => _released.TrySetResult();

    internal Task PassAsync(CancellationToken cancellationToken)
    {
        _arrivals.Release();
        return _released.Task.WaitAsync(cancellationToken);
    }
}
