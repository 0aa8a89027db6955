using System.Globalization;
using System.Text;
using EdgeCache.Testing.Network;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeCache.Testing.Origin;

/// <summary>Writes a reply to a connection with the faults that concern time, framing and the connection's end.</summary>
internal sealed class ReplyWriter(TimeProvider time, BandwidthLimit shared)
{
    private const int PieceBytes = 64 * 1024;

    // 4 GiB: an endless body ends the test before it ends itself, but no loop is without a limit.
    private const long MaxEndlessBytes = 4L << 30;

    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Waits as the fault says before the headers; false where no answer is to be written.</summary>
    public async Task<bool> PrepareAsync(HttpContext context, Fault fault, CancellationToken cancellationToken)
    {
        if (fault.Delay > TimeSpan.Zero)
        {
            await Task.Delay(fault.Delay, time, cancellationToken);
        }

        if (fault.HeaderGate is { } gate)
        {
            await gate.PassAsync(cancellationToken);
        }

        if (fault.NeverAnswers)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        if (fault.Resets && fault.CutsAfterBytes is null)
        {
            context.Abort();
            return false;
        }

        return true;
    }

    public async Task WriteAsync(HttpContext context, OriginRequest request, OriginReply reply, Fault fault, CancellationToken cancellationToken)
    {
        request.StatusCode = reply.StatusCode;
        if (fault.RawAnswer is { } raw)
        {
            await WriteRawAsync(context, raw, cancellationToken);
            return;
        }

        if (fault.ContentLength < reply.Body.Length && !HttpMethods.IsHead(request.Method))
        {
            // Kestrel refuses to write more than Content-Length; the connection itself does not.
            request.CountBytes(reply.Body.Length);
            await WriteRawAsync(context, Frame(reply, fault.ContentLength.Value), cancellationToken);
            return;
        }

        WriteHeaders(context.Response, reply, fault);
        await context.Response.StartAsync(cancellationToken);
        if (HttpMethods.IsHead(request.Method) || reply.StatusCode == StatusCodes.Status304NotModified)
        {
            return;
        }

        await WriteBodyAsync(context, request, reply, fault, cancellationToken);
    }

    private static void WriteHeaders(HttpResponse response, OriginReply reply, Fault fault)
    {
        response.StatusCode = reply.StatusCode;
        foreach (var (name, values) in reply.Headers)
        {
            response.Headers[name] = values;
        }

        if (!fault.IsChunked && reply.StatusCode != StatusCodes.Status304NotModified)
        {
            response.ContentLength = fault.ContentLength ?? reply.Body.Length;
        }
    }

    private async Task WriteBodyAsync(HttpContext context, OriginRequest request, OriginReply reply, Fault fault, CancellationToken cancellationToken)
    {
        var own = new BandwidthLimit(time) { BytesPerSecond = fault.BytesPerSecond };
        var end = fault.IsEndless ? MaxEndlessBytes : reply.Body.Length;
        var gate = fault.BodyGate is null ? long.MaxValue : Math.Max(0, fault.BodyGateOffset - reply.Offset);
        var cut = fault.CutsAfterBytes ?? long.MaxValue;
        for (long position = 0; ;)
        {
            if (position >= gate)
            {
                // What was written is on the wire: the response buffer is 0 (OriginServer).
                await fault.BodyGate!.PassAsync(cancellationToken);
                gate = long.MaxValue;
            }

            if (position >= cut)
            {
                Cut(context, fault);
            }

            if (position >= end)
            {
                if (fault.IsEndless)
                {
                    // Kestrel takes everything for a connection that is gone, in no time, until it has told of its end.
                    await Task.Delay(EndTimeout, cancellationToken);
                }

                return;
            }

            var stop = Math.Min(Math.Min(end, gate), cut);
            var piece = Piece(reply.Body, position, (int)Math.Min(stop - position, own.PieceBytes(shared.PieceBytes(PieceBytes))));
            await own.WaitAsync(piece.Length, cancellationToken);
            await shared.WaitAsync(piece.Length, cancellationToken);
            request.CountBytes(piece.Length);
            await context.Response.Body.WriteAsync(piece, cancellationToken);
            position += piece.Length;
        }
    }

    /// <summary>Zeros beyond the body's end.</summary>
    private static ReadOnlyMemory<byte> Piece(OriginBody body, long position, int count) =>
        position < body.Length ? body.Read(position, count) : new byte[count];

    /// <summary>Ends the connection inside the body. Kestrel answers an exception after the headers with the end of the stream (FIN).</summary>
    private static void Cut(HttpContext context, Fault fault)
    {
        if (fault.Resets)
        {
            context.Abort();
        }

        throw new ScriptedCutException();
    }

    private static byte[] Frame(OriginReply reply, long contentLength)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {reply.StatusCode} Scripted\r\nContent-Length: {contentLength}\r\n");
        foreach (var (name, values) in reply.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {string.Join(", ", values)}\r\n");
        }

        return [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. reply.Body.ToArray()];
    }

    /// <summary>Writes past Kestrel's framing and leaves the connection open until the client ends it.</summary>
    private static async Task WriteRawAsync(HttpContext context, byte[] bytes, CancellationToken cancellationToken)
    {
        var output = context.Features.GetRequiredFeature<IConnectionTransportFeature>().Transport.Output;
        await output.WriteAsync(bytes, cancellationToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }
}
