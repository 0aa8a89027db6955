using System.Diagnostics;
using EdgeCache.Core.Caching;
using Microsoft.Extensions.ObjectPool;

namespace EdgeCache.Telemetry;

/// <summary>
/// Wraps the handling of a request on the pull listener: lends it a <see cref="RequestRecord"/>, measures it, and tells metrics and access log
/// when it has ended, however it ended. Safe for concurrent use.
/// </summary>
internal sealed class RequestTelemetry(EdgeMetrics metrics, AccessLog log, TimeProvider time)
{
    /// <summary>The client left before the response was whole (nginx's convention); never sent.</summary>
    public const int ClientClosedRequest = 499;

    private readonly DefaultObjectPool<RequestRecord> _records = new(new RecordPolicy(), maximumRetained: 256);

    private int _inFlight;

    /// <summary>Requests that have begun and not ended.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    public async Task InvokeAsync(HttpContext context, RequestDelegate handle)
    {
        var record = _records.Get();
        context.Features.Set(record);
        var start = time.GetTimestamp();
        var isFailed = true;
        Interlocked.Increment(ref _inFlight);
        try
        {
            await handle(context);
            isFailed = false;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested || record.End == ResponseEnd.ClientLeft)
        {
            // The client is gone: no error, and nobody to tell. Kestrel closes the connection.
            isFailed = false;
            context.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
            context.Features.Set<RequestRecord>(null);
            Report(context, record, isFailed, time.GetElapsedTime(start));
        }

        // Not in the finally: a handler that threw may have left work behind that still writes to its record.
        _records.Return(record);
    }

    private void Report(HttpContext context, RequestRecord record, bool isFailed, TimeSpan duration)
    {
        // An exception leaves a 500 to Kestrel, unless the headers are out already.
        // What the node cut off keeps its status: its result says that it failed.
        var isLeft = record.End == ResponseEnd.ClientLeft || (record.End == ResponseEnd.Normal && context.RequestAborted.IsCancellationRequested);
        var status = isLeft ? ClientClosedRequest
            : isFailed && !context.Response.HasStarted ? StatusCodes.Status500InternalServerError
            : context.Response.StatusCode;
        if (isFailed)
        {
            record.Result = CacheResult.Error;
        }

        metrics.RequestEnded(record, context.Request.Method, status, duration);
        if (log.IsEnabled)
        {
            log.Add(EntryOf(context, record, status, duration));
        }
    }

    private AccessLogEntry EntryOf(HttpContext context, RequestRecord record, int status, TimeSpan duration) => new()
    {
        Time = time.GetUtcNow(),
        Client = context.Connection.RemoteIpAddress,
        Method = context.Request.Method,
        Kind = record.Kind,
        Path = record.Kind is null ? context.Request.Path.Value : null,
        Repository = record.Repository,
        Reference = record.Reference,
        Status = status,
        SentBytes = record.SentBytes,
        Duration = duration,
        Result = record.Result,
        Reason = record.Reason,
        UserAgent = context.Request.Headers.UserAgent.ToString(),
        RequestId = context.TraceIdentifier,
        TraceId = TraceIdOf(context.Request),
    };

    /// <summary>That of the activity where something traces, else the client's own (W3C Trace Context).</summary>
    private static string? TraceIdOf(HttpRequest request) =>
        Activity.Current is { } activity ? activity.TraceId.ToHexString()
        : ActivityContext.TryParse(request.Headers.TraceParent, null, out var parent) ? parent.TraceId.ToHexString()
        : null;

    private sealed class RecordPolicy : PooledObjectPolicy<RequestRecord>
    {
        public override RequestRecord Create() => new();

        public override bool Return(RequestRecord record)
        {
            record.Clear();
            return true;
        }
    }
}
