using System.Buffers;
using System.Net.Security;
using System.Runtime.CompilerServices;

namespace EdgeCache.Transport.Output;

/// <summary>
/// Sends through an SslStream whose records another <see cref="DirectOutput"/> sends to the socket: one write a record, without the pipe and the segments of
/// 4 KiB that Kestrel has there. That output watches for a stall; its failure is this one's.
/// </summary>
internal sealed class TlsSink(SslStream stream, DirectOutput below) : IOutputSink
{
    /// <summary>
    /// What is written at once: a little less than the 16 KiB a record may hold, so that the encrypted one fits a pooled array of 16 KiB. A stalled client
    /// costs both.
    /// </summary>
    public const int RecordBytes = (16 << 10) - 64;

    // The write under way, and the bytes it reads where they are not the buffer's.
    private ValueTask _write;
    private bool _isWriting;
    private byte[]? _record;

    public FileSendOutcome Failure => below.Failure;

    public bool CopiesFiles => true;

    public FlushState Send(SendBuffer buffer, bool more)
    {
        while (buffer.Length > 0 && !_isWriting)
        {
            var bytes = buffer.Peek();
            buffer.Consume(bytes.Length);
            Begin(bytes, more || buffer.Length > 0);
        }

        return State();
    }

    public FlushState SendFile(FileRange range, int maxBytes, out int count)
    {
        count = 0;
        if (_isWriting)
        {
            return FlushState.SocketFull;
        }

        _record = ArrayPool<byte>.Shared.Rent(RecordBytes);
        var bytes = _record.AsMemory(0, (int)Math.Min(Math.Min(RecordBytes, maxBytes), range.DueBytes));
        count = range.ReadInto(bytes.Span, this);
        if (count > 0)
        {
            Begin(bytes[..count], range.DueBytes > 0);
        }
        else
        {
            EndWrite();
        }

        return State();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> SendWaitingAsync(SendBuffer buffer, FileRange range, CancellationToken cancellationToken)
    {
        if (_isWriting)
        {
            // The write reads our memory until it ends: a token ends it by ending the connection.
            using var abort = cancellationToken.UnsafeRegister(static sink => ((TlsSink)sink!).Fail(FileSendOutcome.Aborted), this);
            try
            {
                await _write;
            }
            catch (Exception exception) when (IsBroken(exception))
            {
                Fail(FileSendOutcome.Aborted);
            }
            finally
            {
                EndWrite();
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Failure == FileSendOutcome.Sent;
    }

    public FlushState Fail(FileSendOutcome failure) => below.Fail(failure);

    private FlushState State() => Failure != FileSendOutcome.Sent ? FlushState.Failed : _isWriting ? FlushState.SocketFull : FlushState.Done;

    private void Begin(ReadOnlyMemory<byte> bytes, bool more)
    {
        below.MoreFollows = more;
        _isWriting = true;
        try
        {
            _write = stream.WriteAsync(bytes);
            if (_write.IsCompleted)
            {
                // Throws what it threw.
                _write.GetAwaiter().GetResult();
                EndWrite();
            }
        }
        catch (Exception exception) when (IsBroken(exception))
        {
            EndWrite();
            Fail(FileSendOutcome.Aborted);
        }
    }

    private void EndWrite()
    {
        _isWriting = false;
        _write = default;
        if (_record is not null)
        {
            ArrayPool<byte>.Shared.Return(_record);
            _record = null;
        }
    }

    /// <summary>What a write throws when the connection has ended under it, or TLS has.</summary>
    private static bool IsBroken(Exception exception) =>
        exception is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException;
}
