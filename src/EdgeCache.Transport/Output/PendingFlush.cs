namespace EdgeCache.Transport.Output;

/// <summary>Knows whether a flush waits, for the end of the connection to wait for it. Thread-safe.</summary>
internal sealed class PendingFlush
{
    // Protects both fields.
    private readonly Lock _gate = new();
    private bool _isPending;
    private TaskCompletionSource? _ended;

    public void Begin()
    {
        lock (_gate)
        {
            _isPending = true;
        }
    }

    public void End()
    {
        TaskCompletionSource? ended;
        lock (_gate)
        {
            _isPending = false;
            ended = _ended;
        }

        ended?.TrySetResult();
    }

    /// <summary>Ends when no flush waits; it ends at the latest with the stall limit.</summary>
    public Task WaitAsync()
    {
        lock (_gate)
        {
            if (!_isPending)
            {
                return Task.CompletedTask;
            }

            _ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _ended.Task;
        }
    }
}
