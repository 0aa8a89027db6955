using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace EdgeCache.Serving;

/// <summary>
/// Writes a failure as the OCI distribution specification says ("Error Codes"): <c>{"errors":[{"code","message","detail"}]}</c>. Stateless.
/// </summary>
internal static class OciErrorWriter
{
    private const string VersionHeader = "Docker-Distribution-Api-Version";

    /// <summary>Everything a handler may have said of content that now is not sent.</summary>
    private static readonly string[] ContentHeaders =
    [
        HeaderNames.AcceptRanges, HeaderNames.Age, HeaderNames.ContentLength, HeaderNames.ContentType, HeaderNames.ETag, "Docker-Content-Digest",
    ];

    /// <summary>
    /// Answers with the failure; a HEAD gets the same headers and no body. Where the response has begun, the connection is aborted instead, so
    /// that a short body never looks complete (PROTOCOL 24).
    /// </summary>
    public static async Task WriteAsync(HttpContext context, OciFailure failure)
    {
        var response = context.Response;
        if (response.HasStarted)
        {
            context.Abort();
            return;
        }

        var body = Render(failure);
        SetHeaders(response, failure, body.WrittenCount);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    private static void SetHeaders(HttpResponse response, in OciFailure failure, int lengthBytes)
    {
        var headers = response.Headers;
        foreach (var name in ContentHeaders)
        {
            headers.Remove(name);
        }

        response.StatusCode = failure.StatusCode;
        headers[VersionHeader] = "registry/2.0";
        headers.ContentType = "application/json; charset=utf-8";
        headers.ContentLength = lengthBytes;
        headers.CacheControl = "no-store";
        if (failure.StatusCode == StatusCodes.Status405MethodNotAllowed)
        {
            headers.Allow = "GET, HEAD";
        }

        if (failure.StatusCode != StatusCodes.Status416RangeNotSatisfiable)
        {
            headers.Remove(HeaderNames.ContentRange);
        }

        if (failure.RetryAfterSeconds > 0)
        {
            headers.RetryAfter = failure.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }
    }

    private static ArrayBufferWriter<byte> Render(in OciFailure failure)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteStartArray("errors");
        json.WriteStartObject();
        json.WriteString("code", ErrorMapping.CodeText(failure.Code));
        json.WriteString("message", failure.Message);
        if (!string.IsNullOrEmpty(failure.Detail))
        {
            json.WriteString("detail", failure.Detail);
        }

        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer;
    }
}
