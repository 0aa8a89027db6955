using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;
using EdgeCache.Transport.Kernel;

namespace EdgeCache.Transport.Epoll;

/// <summary>
/// A connection's input without a pipe and without a pump: a read takes what the socket has, and where it has nothing waits for <see cref="OnReadable"/>, whose
/// thread then receives and goes on with the reader. Read by one caller at a time, as every PipeReader; the other members are thread-safe.
/// </summary>
/// <remarks>
/// Whoever turns <see cref="_isWaiting"/> off owns the pending read and ends it, so that buffer and result have one user at any time.
/// </remarks>
internal sealed class SocketInput(SafeSocketHandle socket, MemoryPool<byte> pool) : PipeReader, IValueTaskSource<ReadResult>
{
    /// <summary>
    /// How many reads end at once before one goes through the pool: a client that sends request upon request must not keep a thread that waits for the sockets
    /// of others.
    /// </summary>
    internal const int MaxReadsInARow = 64;

    private readonly ReceiveBuffer _buffer = new(pool);

    // Protects the five fields below.
    private readonly Lock _gate = new();
    private bool _isWaiting;
    private bool _isReadable = true;
    private bool _isCancelRequested;
    private bool _isEnded;
    private bool _isPeerDone;

    // The reader's own, as is the buffer while no read is pending.
    private ManualResetValueTaskSourceCore<ReadResult> _pending = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private ReadResult _taken;
    private bool _isExamined = true;
    private bool _isPending;
    private int _readsInARow;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        }

        ThrowIfPending();
        _pending.Reset();
        if (TryTakeOrWait(out var result))
        {
            if (++_readsInARow < MaxReadsInARow)
            {
                return new ValueTask<ReadResult>(result);
            }

            _taken = result;
            ThreadPool.UnsafeQueueUserWorkItem(static input => input._pending.SetResult(input._taken), this, preferLocal: false);
        }
        else if (cancellationToken.CanBeCanceled)
        {
            // Whoever ends the read meanwhile cannot reach its reader before this returns, and the reader takes the registration back.
            _cancellation = cancellationToken.UnsafeRegister(static (state, token) => ((SocketInput)state!).Cancel(token), this);
        }

        _readsInARow = 0;
        _isPending = true;
        return new ValueTask<ReadResult>(this, _pending.Version);
    }

    public override bool TryRead(out ReadResult result)
    {
        ThrowIfPending();
        return TryTake(out result);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var content = _buffer.Content;
        _isExamined = content.Slice(examined).IsEmpty;
        _buffer.Consume((int)content.Slice(content.Start, consumed).Length);
    }

    public override void CancelPendingRead()
    {
        if (Claim(ref _isCancelRequested))
        {
            EndOnPool();
        }
    }

    /// <remarks>Where a read is still pending, which nobody awaits any more, its buffer is dropped rather than returned.</remarks>
    public override void Complete(Exception? exception = null)
    {
        if (!_isPending)
        {
            _buffer.Release();
        }
    }

    /// <summary>Whether the reader goes on on the thread of <see cref="OnReadable"/> after a wait, instead of on the pool. Set by the reader, for its next wait.</summary>
    public bool IsInline
    {
        set => _pending.RunContinuationsAsynchronously = !value;
    }

    /// <summary>The socket has something, or its end: a pending read receives it and goes on, on this thread.</summary>
    /// <param name="isPeerDone">The peer sends nothing more, so that no event will tell of what a read leaves in the socket, the end among it.</param>
    public void OnReadable(bool isPeerDone)
    {
        if (isPeerDone)
        {
            lock (_gate)
            {
                _isPeerDone = true;
            }
        }

        if (Claim(ref _isReadable))
        {
            EndPending();
        }
    }

    /// <summary>The connection has ended: what was not received is dropped, and a pending read ends on the pool.</summary>
    public void Close()
    {
        if (Claim(ref _isEnded))
        {
            EndOnPool();
        }
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        _cancellation.Dispose();
        _cancellation = default;
        _taken = default;
        _isPending = false;
        return _pending.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _pending.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _pending.OnCompleted(continuation, state, token, flags);

    /// <summary>Sets one of the reasons to go on.</summary>
    /// <returns>Whether a read is pending, which is the caller's to end now.</returns>
    private bool Claim(ref bool reason)
    {
        lock (_gate)
        {
            reason = true;
            var isWaiting = _isWaiting;
            _isWaiting = false;
            return isWaiting;
        }
    }

    private void Cancel(CancellationToken token)
    {
        lock (_gate)
        {
            if (!_isWaiting)
            {
                return;
            }

            _isWaiting = false;
        }

        // The canceller's thread goes on with its own work.
        ThreadPool.UnsafeQueueUserWorkItem(state => state.Input._pending.SetException(new OperationCanceledException(state.Token)), (Input: this, Token: token), preferLocal: false);
    }

    private void EndOnPool() => ThreadPool.UnsafeQueueUserWorkItem(static input => input.EndPending(), this, preferLocal: false);

    private void EndPending()
    {
        if (TryTakeOrWait(out var result))
        {
            _pending.SetResult(result);
        }
    }

    /// <returns>False when a read is pending from now on; then it is not the caller's any more.</returns>
    private bool TryTakeOrWait(out ReadResult result)
    {
        while (!TryTake(out result))
        {
            lock (_gate)
            {
                if (!_isReadable && !_isCancelRequested && !_isEnded)
                {
                    _isWaiting = true;
                    return false;
                }
            }
        }

        return true;
    }

    private bool TryTake(out ReadResult result)
    {
        bool isCanceled;
        bool isEnded;
        lock (_gate)
        {
            isCanceled = _isCancelRequested;
            _isCancelRequested = false;
            isEnded = _isEnded;
        }

        if (!isCanceled && _isExamined && !isEnded && !Receive(out isEnded))
        {
            result = default;
            return false;
        }

        result = new ReadResult(_buffer.Content, isCanceled, isEnded);
        return true;
    }

    /// <exception cref="InvalidOperationException">A read is pending; Kestrel ends a connection whose request's body is still being read by this.</exception>
    private void ThrowIfPending()
    {
        if (_isPending)
        {
            throw new InvalidOperationException("A read is pending.");
        }
    }

    /// <summary>Takes what the socket has; false where it has nothing, and then an event says when it has.</summary>
    private bool Receive(out bool isEnded)
    {
        isEnded = false;
        lock (_gate)
        {
            // Before the attempt: an event after it counts again.
            var isReadable = _isReadable;
            _isReadable = false;
            if (!isReadable)
            {
                _buffer.ReleaseIfEmpty();
                return false;
            }
        }

        var room = _buffer.Room();
        switch (LinuxSocket.Receive(socket, room.Span))
        {
            case LinuxSocket.NothingYet:
                _buffer.ReleaseIfEmpty();
                return false;
            case 0:
                isEnded = true;
                lock (_gate)
                {
                    _isEnded = true;
                }

                return true;
            case var count:
                _buffer.Advance(count);
                lock (_gate)
                {
                    // There may be more, or the end, of which no event tells again.
                    _isReadable |= _isPeerDone || count == room.Length;
                }

                return true;
        }
    }
}
