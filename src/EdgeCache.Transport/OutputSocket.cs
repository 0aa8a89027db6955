using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;

namespace EdgeCache.Transport;

/// <summary>
/// The connection's socket with its count of bytes and the reason why it failed. Sends come from one caller at a time; <see cref="Fail"/> and
/// <see cref="ReadProgress"/> from any thread. The connection owns the socket.
/// </summary>
internal sealed class OutputSocket(ConnectionContext connection, Socket socket)
{
    private readonly SafeSocketHandle _handle = socket.SafeHandle;
    private long _sentBytes;
    private int _failure = (int)FileSendOutcome.Sent;

    /// <summary>Why the output has ended; <see cref="FileSendOutcome.Sent"/> while it has not.</summary>
    public FileSendOutcome Failure => (FileSendOutcome)Volatile.Read(ref _failure);

    /// <summary>Grows when the socket takes bytes, and when the peer does.</summary>
    public long ReadProgress() => Volatile.Read(ref _sentBytes) + LinuxSocket.ReadAckedBytes(socket);

    /// <summary>Sends what the socket takes now of the bytes and of those behind them, which may be none.</summary>
    /// <param name="more">Whether more follows at once.</param>
    public FlushState Send(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> next, bool more, out int count) =>
        Count(LinuxSocket.Send(_handle, bytes, next, more, out count), count);

    /// <summary>Sends what the socket takes now of the due part of a range; what is not in memory is read by the kernel, on this thread.</summary>
    public FlushState SendFile(FileRange range, int maxBytes, out int count)
    {
        var wanted = (int)Math.Min(maxBytes, range.DueBytes);
        var state = Count(LinuxSocket.SendFile(_handle, range.File, range.Offset, wanted, out count), count);
        return state == FlushState.Done && count == 0 ? Fail(FileSendOutcome.FileTooShort) : state;
    }

    /// <summary>Sends, and waits as long as that takes.</summary>
    /// <returns>How much was sent; 0 where the connection has ended.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            var count = await socket.SendAsync(bytes, SocketFlags.None, cancellationToken);
            Count(SendStatus.Sent, count);
            return count;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Fail(FileSendOutcome.Aborted);
            return 0;
        }
    }

    /// <summary>Aborts the connection; the first reason stays. What is under way ends with the socket.</summary>
    public FlushState Fail(FileSendOutcome failure)
    {
        if (Interlocked.CompareExchange(ref _failure, (int)failure, (int)FileSendOutcome.Sent) == (int)FileSendOutcome.Sent)
        {
            connection.Abort(new ConnectionAbortedException($"The response could not be sent: {failure}."));
        }

        return FlushState.Failed;
    }

    private FlushState Count(SendStatus status, int count)
    {
        Volatile.Write(ref _sentBytes, _sentBytes + count);
        return status switch
        {
            SendStatus.Sent => FlushState.Done,
            SendStatus.Full => FlushState.SocketFull,
            SendStatus.FileFailed => Fail(FileSendOutcome.FileFailed),
            _ => Fail(FileSendOutcome.Aborted),
        };
    }
}
