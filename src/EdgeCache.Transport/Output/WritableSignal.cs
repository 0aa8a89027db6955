using System.Threading.Tasks.Sources;

namespace EdgeCache.Transport.Output;

/// <summary>
/// Tells one waiter that the socket may have become writable; it may also be told in vain, and tries again. Set from any thread.
/// </summary>
internal sealed class WritableSignal : IValueTaskSource
{
    // Protects all fields.
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _waiting;
    private bool _isSet;
    private bool _isWaiting;
    private bool _isClosed;

    /// <summary>Ends when the socket may be writable, or the connection has ended. One wait at a time.</summary>
    public ValueTask WaitAsync()
    {
        lock (_gate)
        {
            if (_isSet || _isClosed)
            {
                _isSet = false;
                return ValueTask.CompletedTask;
            }

            _waiting.Reset();
            _isWaiting = true;
            return new ValueTask(this, _waiting.Version);
        }
    }

    /// <param name="isInline">Whether the waiter goes on within this call, else on the pool.</param>
    public void Set(bool isInline)
    {
        // Every event of a socket says that it is writable while it is. A waiter that clears it meanwhile tries again after this event.
        if (!Volatile.Read(ref _isSet))
        {
            Signal(isClosed: false, isInline);
        }
    }

    /// <summary>The connection has ended: nobody waits any more. Who waited goes on on the pool: the caller may hold what it wants.</summary>
    public void Close() => Signal(isClosed: true, isInline: false);

    public void GetResult(short token) => _waiting.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _waiting.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _waiting.OnCompleted(continuation, state, token, flags);

    private void Signal(bool isClosed, bool isInline)
    {
        lock (_gate)
        {
            _isClosed |= isClosed;
            _isSet = !_isWaiting;
            if (!_isWaiting)
            {
                return;
            }

            _isWaiting = false;
            _waiting.RunContinuationsAsynchronously = !isInline;
        }

        _waiting.SetResult(true);
    }
}
