using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Transport.Output;

/// <summary>
/// A connection's output without a pipe and without a pump: what is written collects in a small rented buffer, and a flush sends it to the socket, at once where
/// the socket takes it. Bytes advanced while a file range is armed are bytes of the file, which sendfile(2) sends. Owned by the connection; written to by one
/// caller at a time, as every PipeWriter. Any failure ends the output and aborts the connection.
/// </summary>
/// <remarks>
/// Memory: about 0.6 KB of objects a connection. While a flush waits for a slow client, 4 KiB more for a file range (none over <c>EpollTransport</c>), and
/// for ordinary bytes what was written (at most one 4 KiB block and then rented arrays). Nothing is rented between responses.
/// </remarks>
internal sealed class DirectOutput : PipeWriter, IDisposable
{
    // What GetMemory gives while a range is armed: nobody reads it, and nothing is rented for it.
    private static readonly byte[] Unread = new byte[16];

    private readonly IOutputSink _sink;
    private readonly SendTurns _turns;
    private readonly DiskThreads _disk;
    private readonly SendBuffer _buffer;
    private readonly FileRange _range = new();
    private readonly StallWatch? _stall;

    private readonly PendingFlush _pending = new();
    private bool _isCancelRequested;
    private bool _isCompleted;

    /// <param name="stall">Null where an output below watches.</param>
    private DirectOutput(IOutputSink sink, SendBuffer buffer, StallWatch? stall, DirectListener listener)
    {
        _sink = sink;
        _buffer = buffer;
        _stall = stall;
        _turns = listener.Turns;
        _disk = listener.Disk;
    }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _buffer.Length + _range.DueBytes;

    /// <summary>Whether what is flushed now is followed at once by more, so that the kernel may wait for it with a segment that is not full.</summary>
    public bool MoreFollows { get; set; }

    /// <summary>To the socket itself, of the connection or below its TLS.</summary>
    public static DirectOutput ToSocket(ConnectionContext connection, Socket socket, MemoryPool<byte> pool, DirectListener listener)
    {
        var sink = new OutputSocket(connection, socket, pool, connection.Features.Get<IWatchedSocket>()?.Writable);
        return new DirectOutput(sink, new SendBuffer(pool), new StallWatch(listener.Options, sink), listener);
    }

    /// <summary>To TLS, which writes to another output.</summary>
    public static DirectOutput ToTls(SslStream stream, DirectOutput below, DirectListener listener) =>
        new(new TlsSink(stream, below), new SendBuffer(TlsSink.RecordBytes), null, listener);

    /// <summary>Why the output has ended; <see cref="FileSendOutcome.Sent"/> while it has not.</summary>
    public FileSendOutcome Failure => _sink.Failure;

    /// <summary>Bytes of the armed range that were advanced and neither sent nor copied into the buffer.</summary>
    public long DueFileBytes => _range.DueBytes;

    /// <summary>
    /// Makes the next bytes advanced bytes of a file. Only for a response that has started, with a Content-Length that covers them, and with a body: otherwise
    /// the next response would begin with the file.
    /// </summary>
    /// <exception cref="InvalidOperationException">A range is pending.</exception>
    public void Arm(SafeFileHandle file, long offset, long lengthBytes)
    {
        if (_range.IsPending)
        {
            throw new InvalidOperationException("A range of a file is being sent on this connection.");
        }

        _range.Arm(file, offset, lengthBytes);
    }

    /// <summary>Ends the range. Where bytes of it are left the response lacks them: nothing more is sent, and the connection is aborted.</summary>
    public void Disarm()
    {
        if (_range.IsPending)
        {
            _sink.Fail(FileSendOutcome.Aborted);
            _range.Drop();
        }
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) =>
        _range.ArmedBytes > 0 && sizeHint <= Unread.Length ? Unread : _buffer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (_range.ArmedBytes > 0)
        {
            _range.Advance(bytes);
        }
        else
        {
            _buffer.Advance(bytes);
        }
    }

    /// <remarks>Ends "canceled" at the next piece, not in the middle of one.</remarks>
    public override void CancelPendingFlush() => Volatile.Write(ref _isCancelRequested, true);

    public override void Complete(Exception? exception = null) => _isCompleted = true;

    /// <summary>
    /// Ends when everything written is with the kernel; "completed" once the connection is gone, for whatever reason.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; of a flush that was waiting, this aborts the connection.</exception>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        var state = !_isCompleted && CopySmallRange() ? SendNow() : FlushState.Failed;
        return state is FlushState.Done or FlushState.Failed ? new ValueTask<FlushResult>(End(state)) : SendRestAsync(state, cancellationToken);
    }

    /// <summary>As <see cref="PipeWriter.WriteAsync"/>, and without a copy: TLS writes its records so, and keeps them until they are sent.</summary>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (UnflushedBytes > 0 || _range.IsPending || source.IsEmpty || _isCompleted || cancellationToken.IsCancellationRequested)
        {
            return base.WriteAsync(source, cancellationToken);
        }

        _buffer.Borrow(source);
        return FlushAsync(cancellationToken);
    }

    /// <summary>Ends the output for this reason; the first one stays.</summary>
    public FlushState Fail(FileSendOutcome failure) => _sink.Fail(failure);

    /// <summary>Sends what is left, waits for a flush that is under way, and gives everything back. Called once, when the connection's work is done.</summary>
    public async ValueTask EndAsync()
    {
        await _pending.WaitAsync();
        _isCompleted = false;
        await FlushAsync(CancellationToken.None);
        Dispose();
    }

    public void Dispose()
    {
        _isCompleted = true;
        _range.Drop();
        _buffer.Release();
        _stall?.Dispose();
    }

    /// <summary>
    /// A range that fits behind the head is read there: one send instead of two calls, 25 % less CPU at 1 to 4 KB (break-even at 16 KB). Of a longer one that
    /// is copied anyway, as much as fits.
    /// </summary>
    private bool CopySmallRange()
    {
        var due = _range.DueBytes;
        var room = _buffer.Length > 0 ? _buffer.Room : 0;
        if (due > 0 && room > 0 && (due <= room || _sink.CopiesFiles))
        {
            _buffer.Advance(_range.ReadWarmInto(_buffer.GetMemory(1).Span[..(int)Math.Min(due, room)], _sink));
        }

        return Failure == FileSendOutcome.Sent;
    }

    /// <summary>Sends as much as is taken, up to a slice of the file. Never waits for the peer.</summary>
    private FlushState SendNow()
    {
        var state = Failure != FileSendOutcome.Sent ? FlushState.Failed : _sink.Send(_buffer, MoreFollows || _range.DueBytes > 0);
        if (state != FlushState.Done)
        {
            return state;
        }

        _buffer.Release();
        return SendSlice();
    }

    private FlushState SendSlice()
    {
        for (var left = _turns.SliceBytes; _range.DueBytes > 0 && left > 0;)
        {
            var warm = _range.FindWarm(left);
            if (warm == 0)
            {
                return FlushState.FileCold;
            }

            var state = _sink.SendFile(_range, warm, out var count);
            if (state != FlushState.Done)
            {
                return state;
            }

            left -= count;
        }

        return _range.DueBytes > 0 ? FlushState.SliceSpent : FlushState.Done;
    }

    /// <summary>What the first try did not send. It may go on on the thread that waits for the sockets, as long as nothing waits for a disk; it ends on the pool.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> SendRestAsync(FlushState state, CancellationToken cancellationToken)
    {
        _pending.Begin();
        _stall?.Begin();
        try
        {
            while (state is not (FlushState.Done or FlushState.Failed) && !Volatile.Read(ref _isCancelRequested))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (state == FlushState.SocketFull)
                {
                    var isSent = await _sink.SendWaitingAsync(_buffer, _range, cancellationToken);
                    state = isSent ? SendNow() : FlushState.Failed;
                }
                else if (state == FlushState.FileCold)
                {
                    state = await SendFromDiskAsync();
                }
                else
                {
                    await _turns.WaitAsync();
                    state = SendNow();
                }
            }

            await PoolThread.EnterAsync();
            return End(state);
        }
        catch (OperationCanceledException)
        {
            await PoolThread.EnterAsync();
            _sink.Fail(FileSendOutcome.Aborted);
            throw;
        }
        finally
        {
            _stall?.End();
            _pending.End();
        }
    }

    /// <summary>Sends on a thread that may wait for the disk; ends on one of the pool.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushState> SendFromDiskAsync()
    {
        await _disk.EnterAsync();
        if (Failure == FileSendOutcome.Sent)
        {
            _range.AllowWait();
        }

        var state = SendNow();
        await PoolThread.EnterAsync();
        return state;
    }

    private FlushResult End(FlushState state)
    {
        if (_buffer.DropBorrowed())
        {
            // The caller takes them back with this result.
            state = _sink.Fail(FileSendOutcome.Aborted);
        }

        var isCanceled = Volatile.Read(ref _isCancelRequested);
        if (isCanceled)
        {
            Volatile.Write(ref _isCancelRequested, false);
        }

        return new FlushResult(isCanceled, isCompleted: state == FlushState.Failed);
    }
}
