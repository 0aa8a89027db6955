using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using EdgeCache.Demo;

namespace EdgeCache.Testing.Origin;

/// <summary>An answer before its faults in time: the status, the headers (Content-Length and Transfer-Encoding apart) and the body.</summary>
internal sealed class OriginReply
{
    public required int StatusCode { get; init; }

    public Dictionary<string, string[]> Headers { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    public OriginBody Body { get; init; } = OriginBody.Empty;

    /// <summary>The offset of the body's first byte within the content: above 0 for a range.</summary>
    public long Offset { get; init; }

    /// <summary>The content's whole length, of which a range is a part.</summary>
    public long ContentLength { get; init; }

    public static OriginReply Content(string mediaType, ReadOnlyMemory<byte> body) => Content(mediaType, OriginBody.Of(body));

    public static OriginReply Content(string mediaType, OriginBody body) => new()
    {
        StatusCode = 200,
        Body = body,
        ContentLength = body.Length,
        Headers = { ["Content-Type"] = [mediaType] },
    };

    public static OriginReply Json(JsonObject body) => Content("application/json", SampleJson.ToBytes(body));

    public static OriginReply Error(int statusCode, string code)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = $"The fake origin answers {statusCode}.", ["detail"] = null };
        return Json(new JsonObject { ["errors"] = new JsonArray(error) }).With(statusCode: statusCode);
    }

    public OriginReply With(int? statusCode = null, OriginBody? body = null) => new()
    {
        StatusCode = statusCode ?? StatusCode,
        Headers = Headers,
        Body = body ?? Body,
        Offset = Offset,
        ContentLength = ContentLength,
    };

    /// <summary>The answer with the faults that concern what is sent, not when and how far.</summary>
    public OriginReply With(Fault fault, Uri storageLocation)
    {
        var reply = fault.StatusCode is { } status ? ErrorLike(status) : this;
        if (fault.RedirectsTo is not null || fault.RedirectsToStorage)
        {
            reply = Content("text/plain", Encoding.ASCII.GetBytes("Elsewhere.\n")).With(statusCode: 307);
            reply.Headers["Location"] = [(fault.RedirectsTo ?? storageLocation).AbsoluteUri];
        }

        if (fault.OmitsDigest)
        {
            reply.Headers.Remove("Docker-Content-Digest");
            reply.Headers.Remove("ETag");
        }

        if (fault.ContentEncoding is { } encoding)
        {
            reply.Headers["Content-Encoding"] = [encoding];
        }

        foreach (var (name, value) in fault.Headers)
        {
            reply.Headers.Remove(name);
            if (value is not null)
            {
                reply.Headers[name] = [value];
            }
        }

        return reply.With(body: reply.Distort(fault));
    }

    private OriginReply ErrorLike(int statusCode)
    {
        if (statusCode is >= 200 and < 400)
        {
            return With(statusCode: statusCode);
        }

        var error = Error(statusCode, statusCode switch
        {
            401 => "UNAUTHORIZED",
            403 => "DENIED",
            404 => "NAME_UNKNOWN",
            429 => "TOOMANYREQUESTS",
            _ => "UNKNOWN",
        });
        if (Headers.TryGetValue("WWW-Authenticate", out var challenges))
        {
            error.Headers["WWW-Authenticate"] = challenges;
        }

        return error;
    }

    private OriginBody Distort(Fault fault) =>
        fault is { Body: null, FlipsByteAt: null, EndsAfterBytes: null, AppendsBytes: 0, IsGzipped: false } ? Body : OriginBody.Of(Distort(fault, fault.Body ?? Body.ToArray()));

    private ReadOnlyMemory<byte> Distort(Fault fault, ReadOnlyMemory<byte> body)
    {
        if (fault.FlipsByteAt is { } flip)
        {
            var index = (flip < 0 ? ContentLength + flip : flip) - Offset;
            var copy = body.ToArray();
            if (index >= 0 && index < copy.Length)
            {
                copy[index] ^= 0xFF;
            }

            body = copy;
        }

        if (fault.EndsAfterBytes is { } end && end < body.Length)
        {
            body = body[..(int)end];
        }

        if (fault.AppendsBytes > 0)
        {
            body = (byte[])[.. body.Span, .. new byte[fault.AppendsBytes]];
        }

        return fault.IsGzipped ? Compress(body) : body;
    }

    private static byte[] Compress(ReadOnlyMemory<byte> body)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body.Span);
        }

        return compressed.ToArray();
    }
}
