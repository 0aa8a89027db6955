using EdgeCache.Core.Blobs;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Store;
using EdgeCache.Routing;
using EdgeCache.Telemetry;
using EdgeCache.Transport.Output;

namespace EdgeCache.Serving;

/// <summary>
/// Sends ranges of stored or growing files to clients, through <see cref="HttpResponseFileExtensions"/>: by sendfile where the listener can, copied elsewhere,
/// the stall limit is the transport's. What is in memory goes through Kestrel, whose minimum data rate bounds a client that takes none. A response that cannot be
/// ended is aborted: a short body must never look complete (PROTOCOL 24). Safe for concurrent use.
/// </summary>
internal sealed class BlobSender(CacheStore store, TagRules rules)
{
    /// <summary>How much of what is in memory is handed to Kestrel at once.</summary>
    private const int ChunkBytes = 64 * 1024;

    /// <summary>Sends bytes that are in memory: small hot objects, and manifests that have just been fetched.</summary>
    public static async ValueTask SendAsync(HttpContext context, ReadOnlyMemory<byte> content, RequestRecord record)
    {
        if (content.Length <= ChunkBytes && HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            // Flushed by the end of the response: head, body and end of the stream in one write, where a flush here would make it two.
            var writer = context.Response.BodyWriter;
            content.CopyTo(writer.GetMemory(content.Length));
            writer.Advance(content.Length);
            record.SentBytes += content.Length;
            return;
        }

        for (var offset = 0; offset < content.Length; offset += ChunkBytes)
        {
            var chunk = content.Slice(offset, Math.Min(ChunkBytes, content.Length - offset));
            var flushed = await context.Response.BodyWriter.WriteAsync(chunk, context.RequestAborted);
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                // Kestrel knows it before it cancels RequestAborted.
                record.End = ResponseEnd.ClientLeft;
                return;
            }

            record.SentBytes += chunk.Length;
        }
    }

    /// <summary>Sends a range of stored content.</summary>
    /// <param name="offset">The first byte within the content.</param>
    /// <param name="lengthBytes">How many; the caller has set Content-Length to it.</param>
    public ValueTask SendAsync(HttpContext context, in StoredContent content, long offset, long lengthBytes, RequestRecord record)
    {
        if (content.Memory is { } memory)
        {
            return SendAsync(context, memory.Slice((int)offset, (int)lengthBytes), record);
        }

        var lease = content.Lease ?? throw new ArgumentException("There is no content.", nameof(content));
        return SendFileAsync(context, lease, offset, lengthBytes, record);
    }

    /// <summary>Sends a range of a blob that is still being filled, as its bytes become visible.</summary>
    /// <param name="lengthBytes">How many; <see cref="long.MaxValue"/> for all there will be (no Content-Length then).</param>
    public async ValueTask FollowAsync(HttpContext context, FillReader reader, long offset, long lengthBytes, RequestRecord record)
    {
        var end = lengthBytes == long.MaxValue ? long.MaxValue : offset + lengthBytes;
        while (offset < end)
        {
            var progress = await reader.WaitAsync(offset, context.RequestAborted);
            if (progress.State == FillState.Failed)
            {
                // A clean answer where nothing has been sent yet, as for a range that lies far ahead.
                var answer = ErrorMapping.ForFailure(progress.Failure, OciRouteKind.Blob, rules.OutageOf(record.Repository.Upstream));
                await RegistryHandler.FailAsync(context, record, answer, FailureReason.Of(progress.Failure));
                return;
            }

            if (progress.State == FillState.Verified)
            {
                end = Math.Min(end, progress.TotalBytes);
            }

            if (lengthBytes == long.MaxValue)
            {
                // In chunks: without this the first piece's length would become the whole's.
                await context.Response.StartAsync(context.RequestAborted);
            }

            var available = Math.Min(progress.VisibleBytes, end) - offset;
            if (available > 0 && !await TrySendRangeAsync(context, reader.Lease, offset, available, record, reader.Lost))
            {
                if (reader.Lost.IsCancellationRequested)
                {
                    (record.Reason, record.End) = ("store", ResponseEnd.Cut);
                }

                return;
            }

            offset += Math.Max(available, 0);
        }
    }

    private async ValueTask SendFileAsync(HttpContext context, BlobLease lease, long offset, long lengthBytes, RequestRecord record)
    {
        if (!await TrySendRangeAsync(context, lease, offset, lengthBytes, record) && record.Result == CacheResult.Error)
        {
            // The next request must not meet the same file.
            store.Discard(lease);
        }
    }

    /// <summary>False where the response came to nothing; the request has been aborted then.</summary>
    private static async ValueTask<bool> TrySendRangeAsync(
        HttpContext context, BlobLease lease, long offset, long lengthBytes, RequestRecord record, CancellationToken lost = default)
    {
        var sent = await context.Response.SendFileRangeAsync(lease.Handle, offset, lengthBytes, lost);
        record.SentBytes += sent.SentBytes;
        switch (sent.Outcome)
        {
            case FileSendOutcome.Sent:
                return true;
            case FileSendOutcome.FileTooShort or FileSendOutcome.FileFailed:
                record.Result = CacheResult.Error;
                record.Reason = "store";
                record.End = ResponseEnd.Cut;
                return false;
            case FileSendOutcome.Stalled:
                record.Reason = "stalled";
                record.End = ResponseEnd.ClientLeft;
                return false;
            default:
                record.End = ResponseEnd.ClientLeft;
                return false;
        }
    }
}
