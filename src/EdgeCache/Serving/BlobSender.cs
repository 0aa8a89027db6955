using System.Buffers;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Fill;
using EdgeCache.Routing;
using EdgeCache.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace EdgeCache.Serving;

/// <summary>
/// Sends ranges of stored or growing files to clients, with one buffer's worth of memory a response and a stall limit of its own. A response that cannot be
/// ended is aborted: a short body must never look complete (PROTOCOL 24). Safe for concurrent use.
/// </summary>
internal sealed class BlobSender
{
    /// <summary>What a slow client costs at most, beside Kestrel's own 64 KiB (PROMISES, "10 k connections").</summary>
    private const int ChunkBytes = 64 * 1024;

    private readonly TimeSpan _stallTimeout;
    private readonly TimeProvider _clock;

    public BlobSender(TimeSpan stallTimeout, TimeProvider clock)
    {
        _stallTimeout = stallTimeout;
        _clock = clock;
    }

    /// <summary>Sends bytes that are in memory: manifests that have just been fetched.</summary>
    public async ValueTask SendAsync(HttpContext context, ReadOnlyMemory<byte> content, RequestRecord record)
    {
        using var stall = Begin(context);
        for (var offset = 0; offset < content.Length; offset += ChunkBytes)
        {
            var chunk = content.Slice(offset, Math.Min(ChunkBytes, content.Length - offset));
            context.Response.BodyWriter.Write(chunk.Span);
            await FlushAsync(context, record, stall);
            record.SentBytes += chunk.Length;
        }
    }

    /// <summary>Sends a range of a stored blob.</summary>
    /// <param name="offset">The first byte within the blob.</param>
    /// <param name="lengthBytes">How many; the caller has set Content-Length to it.</param>
    public async ValueTask SendAsync(HttpContext context, BlobLease lease, long offset, long lengthBytes, RequestRecord record)
    {
        using var stall = Begin(context);
        await SendRangeAsync(context, lease, offset, lengthBytes, record, stall);
    }

    /// <summary>Sends a range of a blob that is still being filled, as its bytes become visible.</summary>
    /// <param name="lengthBytes">How many; <see cref="long.MaxValue"/> for all there will be (no Content-Length then).</param>
    public async ValueTask FollowAsync(HttpContext context, FillReader reader, long offset, long lengthBytes, RequestRecord record)
    {
        using var stall = Begin(context);
        var end = lengthBytes == long.MaxValue ? long.MaxValue : offset + lengthBytes;
        while (offset < end)
        {
            var progress = await reader.WaitAsync(offset, context.RequestAborted);
            if (progress.State == FillState.Failed)
            {
                // A clean answer where nothing has been sent yet, as for a range that lies far ahead.
                await RegistryHandler.FailAsync(
                    context, record, ErrorMapping.ForFailure(progress.Failure, OciRouteKind.Blob), FailureReason.Of(progress.Failure));
                return;
            }

            if (progress.State == FillState.Verified)
            {
                end = Math.Min(end, progress.TotalBytes);
            }

            var available = Math.Min(progress.VisibleBytes, end) - offset;
            if (available > 0 && !await SendRangeAsync(context, reader.Lease, offset, available, record, stall))
            {
                return;
            }

            offset += Math.Max(available, 0);
        }
    }

    private async ValueTask<bool> SendRangeAsync(
        HttpContext context, BlobLease lease, long offset, long lengthBytes, RequestRecord record, CancellationTokenSource stall)
    {
        var writer = context.Response.BodyWriter;
        var end = offset + lengthBytes;
        while (offset < end)
        {
            var wanted = (int)Math.Min(ChunkBytes, end - offset);
            var memory = writer.GetMemory(wanted)[..wanted];
            var count = await ReadAsync(lease, memory, offset, context.RequestAborted);
            if (count <= 0)
            {
                // The disk failed, or the file is shorter than its entry.
                await RegistryHandler.FailAsync(context, record, ErrorMapping.StoreFailed, "store");
                return false;
            }

            writer.Advance(count);
            await FlushAsync(context, record, stall);
            offset += count;
            record.SentBytes += count;
        }

        return true;
    }

    private static async ValueTask<int> ReadAsync(BlobLease lease, Memory<byte> memory, long offset, CancellationToken cancellationToken)
    {
        try
        {
            return await lease.ReadAsync(memory, offset, cancellationToken);
        }
        catch (IOException)
        {
            return -1;
        }
    }

    /// <summary>Hands the bytes on, for as long as the client takes some within the stall limit.</summary>
    private async ValueTask FlushAsync(HttpContext context, RequestRecord record, CancellationTokenSource stall)
    {
        stall.CancelAfter(_stallTimeout);
        var flushed = await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        stall.CancelAfter(Timeout.InfiniteTimeSpan);
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            // Kestrel knows it before it cancels RequestAborted.
            record.End = ResponseEnd.ClientLeft;
            throw new OperationCanceledException(context.RequestAborted);
        }
    }

    /// <summary>
    /// Kestrel's minimum data rate is a deadline for bytes handed over and resets a client that pauses for a few seconds (HOTPATH); these responses have
    /// the stall limit instead: no progress for so long aborts.
    /// </summary>
    private CancellationTokenSource Begin(HttpContext context)
    {
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        var stall = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _clock);
        stall.Token.UnsafeRegister(static state => ((HttpContext)state!).Abort(), context);
        return stall;
    }
}
