using System.Text.Json;
using EdgeCache.Core.Store;

namespace EdgeCache.Admin;

/// <summary>
/// <c>POST /scrub</c> on the admin listener: checks everything that is stored against its digests, now, and answers with a JSON line now and then and one at
/// the end. It ends with the client. One at a time; safe for concurrent use.
/// </summary>
internal sealed class ScrubHandler(CacheStore store)
{
    public const string Path = "/scrub";

    /// <summary>The query's key for the highest rate in bytes a second.</summary>
    public const string RateKey = "rate";

    private int _running;

    /// <summary>Answers the operator.</summary>
    /// <returns>Null where another path is meant.</returns>
    public Task? TryHandle(HttpContext context) => context.Request.Path.Value == Path ? HandleAsync(context) : null;

    private async Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "POST";
            return;
        }

        var rate = context.Request.Query[RateKey].ToString();
        var bytesPerSecond = 0L;
        if (rate.Length > 0 && (!long.TryParse(rate, out bytesPerSecond) || bytesPerSecond <= 0))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "the rate is a number of bytes a second\n");
            return;
        }

        if (Interlocked.CompareExchange(ref _running, 1, 0) != 0)
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict, "another check is running\n");
            return;
        }

        try
        {
            await RunAsync(context, bytesPerSecond);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    private async Task RunAsync(HttpContext context, long bytesPerSecond)
    {
        context.Response.ContentType = "application/x-ndjson";
        context.Response.Headers.CacheControl = "no-store";
        var last = new ScrubReport(0, 0, 0, 0, 0, 0, false);
        try
        {
            await foreach (var progress in store.Scrubber.RunAsync(bytesPerSecond, context.RequestAborted))
            {
                last = ScrubReport.Of(progress);
                await WriteAsync(context, last);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await WriteAsync(context, last with { IsEnded = true, Error = error.Message });
        }
    }

    private static Task WriteAsync(HttpContext context, ScrubReport report) =>
        context.Response.WriteAsync(JsonSerializer.Serialize(report, ScrubJson.Default.ScrubReport) + "\n", context.RequestAborted);

    private static Task RefuseAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
