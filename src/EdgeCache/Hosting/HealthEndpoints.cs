using System.Text.Json;

namespace EdgeCache.Hosting;

/// <summary>
/// <c>/healthz/live</c> and <c>/healthz/ready</c>: a bare word on the pull listener, details as JSON on the admin listener. Safe for
/// concurrent use.
/// </summary>
internal sealed class HealthEndpoints(DrainState drain, IEnumerable<IReadinessCheck> checks)
{
    public const string LivePath = "/healthz/live";
    public const string ReadyPath = "/healthz/ready";

    private readonly IReadinessCheck[] _checks = [.. checks];

    /// <summary>Answers where the path is one of the two.</summary>
    /// <returns>Null where it is not: nothing has been written.</returns>
    public Task? TryHandleAsync(HttpContext context, bool showsDetails)
    {
        var path = context.Request.Path.Value;
        if (path is not (LivePath or ReadyPath))
        {
            return null;
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }

        context.Response.Headers.CacheControl = "no-store";
        return path == LivePath ? WriteTextAsync(context, "ok\n") : HandleReadyAsync(context, showsDetails);
    }

    private Task HandleReadyAsync(HttpContext context, bool showsDetails)
    {
        var results = Array.ConvertAll(_checks, check => (check.Name, Result: check.Check()));
        var isReady = !drain.IsDraining && Array.TrueForAll(results, result => result.Result.IsReady);
        context.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return showsDetails ? WriteDetailsAsync(context, isReady, results) : WriteTextAsync(context, isReady ? "ok\n" : "not ready\n");
    }

    private static Task WriteTextAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = text.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(text, context.RequestAborted);
    }

    private async Task WriteDetailsAsync(HttpContext context, bool isReady, (string Name, ReadinessResult Result)[] results)
    {
        context.Response.ContentType = "application/json";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteBoolean("ready", isReady);
        json.WriteBoolean("draining", drain.IsDraining);
        json.WriteStartArray("checks");
        foreach (var (name, result) in results)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteBoolean("ready", result.IsReady);
            json.WriteString("detail", result.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
