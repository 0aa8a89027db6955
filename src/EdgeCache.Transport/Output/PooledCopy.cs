using Microsoft.AspNetCore.Http;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Transport.Output;

/// <summary>Sends a file range through the response's own pooled memory: for TLS, HTTP/2, chunked bodies and listeners without our output.</summary>
internal static class PooledCopy
{
    /// <summary>What a slow client costs at most beside the server's own buffer.</summary>
    private const int ChunkBytes = 64 << 10;

    public static async ValueTask<FileSendResult> SendAsync(
        HttpContext context, SafeFileHandle file, long offset, long lengthBytes, DirectOutputOptions options, CancellationToken cancellationToken)
    {
        using var stall = new CancellationTokenSource(Timeout.InfiniteTimeSpan, options.Clock);
        using var abort = stall.Token.UnsafeRegister(static state => ((HttpContext)state!).Abort(), context);
        var writer = context.Response.BodyWriter;
        var left = lengthBytes;
        var outcome = FileSendOutcome.Sent;
        try
        {
            while (left > 0 && outcome == FileSendOutcome.Sent)
            {
                var wanted = (int)Math.Min(ChunkBytes, left);
                var count = await ReadAsync(file, writer.GetMemory(wanted)[..wanted], offset + lengthBytes - left, cancellationToken);
                if (count <= 0)
                {
                    outcome = count == 0 ? FileSendOutcome.FileTooShort : FileSendOutcome.FileFailed;
                    break;
                }

                writer.Advance(count);
                stall.CancelAfter(options.StallTimeout);
                var flushed = await writer.FlushAsync(cancellationToken);
                stall.CancelAfter(Timeout.InfiniteTimeSpan);
                left -= count;
                var isAborted = flushed.IsCompleted || flushed.IsCanceled || stall.IsCancellationRequested || context.RequestAborted.IsCancellationRequested;
                outcome = isAborted ? FileSendOutcome.Aborted : outcome;
            }
        }
        catch (OperationCanceledException)
        {
            outcome = FileSendOutcome.Aborted;
        }

        var isStalled = outcome == FileSendOutcome.Aborted && stall.IsCancellationRequested;
        return new FileSendResult(isStalled ? FileSendOutcome.Stalled : outcome, lengthBytes - left);
    }

    /// <returns>The number of bytes; -1 where the file cannot be read.</returns>
    private static async ValueTask<int> ReadAsync(SafeFileHandle file, Memory<byte> memory, long offset, CancellationToken cancellationToken)
    {
        try
        {
            return await RandomAccess.ReadAsync(file, memory, offset, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            return -1;
        }
    }
}
