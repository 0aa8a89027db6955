using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using EdgeCache.Transport.Kernel;
using Microsoft.AspNetCore.Connections;

namespace EdgeCache.Transport.Output;

/// <summary>
/// The connection's socket with its count of bytes and the reason why it failed. Sends come from one caller at a time; <see cref="Fail"/> and
/// <see cref="ReadProgress"/> from any thread. The connection owns the socket.
/// </summary>
/// <param name="writable">Where a loop of ours watches the socket; else the runtime does, and waits only with bytes to send.</param>
internal sealed class OutputSocket(ConnectionContext connection, Socket socket, MemoryPool<byte> pool, WritableSignal? writable) : IOutputSink
{
    /// <summary>
    /// What is copied when the socket is full and the runtime watches it: an ordinary send is what the runtime queues until the socket is writable. It becomes
    /// writable with a third of its buffer free, so that a few KiB copied stand beside hundreds sent by sendfile.
    /// </summary>
    private const int BridgeBytes = 4096;

    private readonly SafeSocketHandle _handle = socket.SafeHandle;
    private long _sentBytes;
    private int _failure = (int)FileSendOutcome.Sent;
    private bool _needsCopy;

    public FileSendOutcome Failure => (FileSendOutcome)Volatile.Read(ref _failure);

    /// <summary>Grows when the socket takes bytes, and when the peer does.</summary>
    public long ReadProgress() => Volatile.Read(ref _sentBytes) + LinuxSocket.ReadAckedBytes(socket);

    public bool CopiesFiles => false;

    public FlushState Send(SendBuffer buffer, bool more)
    {
        while (buffer.Length > 0)
        {
            var bytes = buffer.Peek().Span;
            var next = buffer.PeekNext().Span;
            var state = Count(LinuxSocket.Send(_handle, bytes, next, more || bytes.Length + next.Length < buffer.Length, out var count), count);
            if (state != FlushState.Done)
            {
                return state;
            }

            buffer.Consume(count);
        }

        return FlushState.Done;
    }

    public FlushState SendFile(FileRange range, int maxBytes, out int count)
    {
        var wanted = (int)Math.Min(maxBytes, range.DueBytes);
        var status = LinuxSocket.SendFile(_handle, range.File, range.Offset, wanted, out count);
        _needsCopy = status == SendStatus.OnlyCopies;
        var state = Count(status, count);
        range.Consume(count);
        return state == FlushState.Done && count == 0 ? Fail(FileSendOutcome.FileTooShort) : state;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> SendWaitingAsync(SendBuffer buffer, FileRange range, CancellationToken cancellationToken)
    {
        if (writable is not null && !_needsCopy)
        {
            await WaitAsync(writable, cancellationToken);
            return Failure == FileSendOutcome.Sent;
        }

        if (buffer.Length > 0)
        {
            var count = await SendAsync(buffer.Peek(), cancellationToken);
            buffer.Consume(count);
            return count > 0;
        }

        // The file may have to be waited for, here and by who goes on: not on a thread that waits for sockets.
        await PoolThread.EnterAsync();
        using var block = pool.Rent();
        var memory = block.Memory;
        memory = memory[..(int)Math.Min(Math.Min(BridgeBytes, memory.Length), range.DueBytes)];
        for (var left = memory[..range.ReadInto(memory.Span, this)]; !left.IsEmpty;)
        {
            var count = await SendAsync(left, cancellationToken);
            if (count == 0)
            {
                break;
            }

            left = left[count..];
        }

        return Failure == FileSendOutcome.Sent;
    }

    public FlushState Fail(FileSendOutcome failure)
    {
        if (Interlocked.CompareExchange(ref _failure, (int)failure, (int)FileSendOutcome.Sent) == (int)FileSendOutcome.Sent)
        {
            connection.Abort(new ConnectionAbortedException($"The response could not be sent: {failure}."));
        }

        return FlushState.Failed;
    }

    /// <summary>Ends, perhaps on the thread that waits for the sockets, when the socket may take something again or the connection has ended; a token that is cancelled ends the connection.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAsync(WritableSignal signal, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(static socket => ((OutputSocket)socket!).Fail(FileSendOutcome.Aborted), this);
        await signal.WaitAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <returns>How much was sent; 0 where the connection has ended.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            if (writable is null)
            {
                var count = await socket.SendAsync(bytes, SocketFlags.None, cancellationToken);
                Count(SendStatus.Sent, count);
                return count;
            }

            while (true)
            {
                var state = Count(LinuxSocket.Send(_handle, bytes.Span, default, more: false, out var count), count);
                if (state != FlushState.SocketFull)
                {
                    return count;
                }

                await WaitAsync(writable, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Fail(FileSendOutcome.Aborted);
            return 0;
        }
    }

    private FlushState Count(SendStatus status, int count)
    {
        Volatile.Write(ref _sentBytes, _sentBytes + count);
        return status switch
        {
            SendStatus.Sent => FlushState.Done,
            SendStatus.Full or SendStatus.OnlyCopies => FlushState.SocketFull,
            SendStatus.FileFailed => Fail(FileSendOutcome.FileFailed),
            _ => Fail(FileSendOutcome.Aborted),
        };
    }
}
