using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Transport.Output;

/// <summary>Sends ranges of open files as bodies of responses.</summary>
public static class HttpResponseFileExtensions
{
    /// <summary>
    /// What is handed to Kestrel at once, which counts it. Each piece costs a few hundred bytes of garbage where the client is slower than the file.
    /// </summary>
    private const int PieceBytes = 8 << 20;

    private static readonly DirectOutputOptions DefaultOptions = new();

    /// <summary>
    /// Sends bytes of an open file as the next bytes of the body: without copying them where the listener has
    /// <see cref="DirectOutputExtensions.UseDirectOutput"/> and the response is plain HTTP/1 with a Content-Length, through a pooled buffer elsewhere.
    /// Kestrel's minimum data rate does not hold for this response any more; the listener's stall limit does (30 s where it has none).
    /// </summary>
    /// <remarks>
    /// A response that has not started gets the range's length as its Content-Length unless the caller has set one; a body of several ranges sets the sum of
    /// them, and one whose end is not known calls <see cref="HttpResponse.StartAsync"/> first. To a HEAD request, and with a status that has no body, nothing
    /// is sent. One range of a connection at a time: the caller awaits it, and keeps the handle open meanwhile.
    /// </remarks>
    /// <param name="file">Open for reading; may grow, and must not shrink.</param>
    /// <param name="offset">The first byte within the file.</param>
    /// <param name="lengthBytes">How many; they must exist.</param>
    /// <param name="cancellationToken">Aborts the request; the request's own end needs no token.</param>
    /// <returns>After any other outcome than <see cref="FileSendOutcome.Sent"/> the request has been aborted.</returns>
    /// <exception cref="InvalidOperationException">More bytes than the Content-Length leaves, or a range of this connection is being sent.</exception>
    public static async ValueTask<FileSendResult> SendFileRangeAsync(
        this HttpResponse response, SafeFileHandle file, long offset, long lengthBytes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        if (!Begin(response, lengthBytes))
        {
            return default;
        }

        var context = response.HttpContext;
        var direct = context.Features.Get<DirectConnection>();
        var output = response.ContentLength is null ? null : direct?.OutputFor(context);
        FileSendResult result = default;
        var isEnded = false;
        try
        {
            await PoolThread.EnterAsync();
            result = output is null
                ? await PooledCopy.SendAsync(context, file, offset, lengthBytes, direct?.Options ?? DefaultOptions, cancellationToken)
                : await SendAsync(response, output, new RangeOfFile(file, offset, lengthBytes), cancellationToken);
            isEnded = result.Outcome == FileSendOutcome.Sent;
        }
        finally
        {
            if (!isEnded)
            {
                context.Abort();
            }
        }

        // The caller closes the file next.
        await PoolThread.EnterAsync();
        return result;
    }

    /// <summary>Sets what the head says; false where there is nothing to send.</summary>
    private static bool Begin(HttpResponse response, long lengthBytes)
    {
        var status = response.StatusCode;
        var hasBody = status >= 200 && status is not (StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified);
        if (hasBody && !response.HasStarted && response.Headers.TransferEncoding.Count == 0)
        {
            response.ContentLength ??= lengthBytes;
        }

        if (!hasBody || HttpMethods.IsHead(response.HttpContext.Request.Method) || lengthBytes == 0)
        {
            return false;
        }

        // Kestrel's rate makes a deadline of bytes handed over: one slice would buy a stalled client hours, and it resets one that pauses for a few seconds.
        if (response.HttpContext.Features.Get<IHttpMinResponseDataRateFeature>() is { MinDataRate: not null } rate)
        {
            rate.MinDataRate = null;
        }

        return true;
    }

    private static async ValueTask<FileSendResult> SendAsync(
        HttpResponse response, DirectOutput output, RangeOfFile range, CancellationToken cancellationToken)
    {
        try
        {
            // The head lies in the output's buffer after this, and goes out together with the first bytes of the file.
            await response.StartAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return new FileSendResult(Ended(output), 0);
        }

        var writer = response.BodyWriter;
        var left = range.LengthBytes;
        output.Arm(range.File, range.Offset, range.LengthBytes);
        try
        {
            while (left > 0)
            {
                var count = (int)Math.Min(PieceBytes, left);
                // Kestrel wants memory to have been asked for; what it gives is not read.
                writer.GetMemory(1);
                writer.Advance(count);
                if (output.DueFileBytes != count)
                {
                    // Kestrel has ended its side and forwards nothing any more.
                    return new FileSendResult(Ended(output), range.LengthBytes - left);
                }

                await writer.FlushAsync(cancellationToken);
                left -= count - output.DueFileBytes;
                if (output.DueFileBytes > 0 || output.Failure != FileSendOutcome.Sent)
                {
                    return new FileSendResult(Ended(output), range.LengthBytes - left);
                }
            }

            return new FileSendResult(FileSendOutcome.Sent, range.LengthBytes);
        }
        catch (OperationCanceledException)
        {
            return new FileSendResult(Ended(output), range.LengthBytes - left);
        }
        finally
        {
            output.Disarm();
        }
    }

    private static FileSendOutcome Ended(DirectOutput output) =>
        output.Failure == FileSendOutcome.Sent ? FileSendOutcome.Aborted : output.Failure;

    private readonly record struct RangeOfFile(SafeFileHandle File, long Offset, long LengthBytes);
}
