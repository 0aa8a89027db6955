namespace EdgeCache.Lab.Simulation;

/// <summary>
/// A body whose every read waits until the simulation says how it ends. One read at a time, as of any stream; told by one thread.
/// </summary>
internal sealed class SimBody : Stream
{
    private readonly byte[] _bytes;

    // Protects the fields below.
    private readonly Lock _gate = new();
    private TaskCompletionSource<int>? _waiting;
    private Memory<byte> _room;
    private int _position;
    private bool _isClosed;

    /// <param name="bytes">What the upstream would send, faults included.</param>
    /// <param name="hasLength">Whether the answer said how long it is: else nobody sees that it ends early before its digest is wrong.</param>
    public SimBody(byte[] bytes, bool hasLength)
    {
        _bytes = bytes;
        HasLength = hasLength;
    }

    public bool HasLength { get; }

    public bool IsClosed => Volatile.Read(ref _isClosed);

    public bool IsWaiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting is not null;
            }
        }
    }

    public int LeftBytes => _bytes.Length - _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        TaskCompletionSource<int> waiting;
        lock (_gate)
        {
            _room = buffer;
            waiting = _waiting = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        using var stop = cancellationToken.UnsafeRegister(state => End(source => source.TrySetCanceled(cancellationToken)), null);
        return await waiting.Task;
    }

    /// <summary>The read gets some bytes; none at the body's end.</summary>
    public void Deliver(int maxBytes)
    {
        int count;
        lock (_gate)
        {
            count = Math.Min(Math.Min(maxBytes, _room.Length), LeftBytes);
            _bytes.AsMemory(_position, count).CopyTo(_room);
            _position += count;
        }

        End(waiting => waiting.TrySetResult(count));
    }

    /// <summary>The body ends here, as if it were whole.</summary>
    public void EndEarly() => End(waiting => waiting.TrySetResult(0));

    public void Break(Exception error) => End(waiting => waiting.TrySetException(error));

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        Volatile.Write(ref _isClosed, true);
        base.Dispose(disposing);
    }

    private void End(Action<TaskCompletionSource<int>> how)
    {
        TaskCompletionSource<int>? waiting;
        lock (_gate)
        {
            (waiting, _waiting) = (_waiting, null);
        }

        if (waiting is not null)
        {
            how(waiting);
        }
    }
}
