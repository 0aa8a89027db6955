namespace EdgeCache.Testing.Origin;

/// <summary>
/// What is wrong with an answer. A value: combine with <c>with</c>, as in <c>Fault.Status(503) with { Delay = … }</c>. What is not set is
/// as a sound registry does it.
/// </summary>
public sealed record Fault
{
    /// <summary>No fault at all: for rules that let the first requests pass.</summary>
    public static Fault None { get; } = new();

    /// <summary>The request is read and no answer ever comes.</summary>
    public static Fault Silence { get; } = new() { NeverAnswers = true };

    /// <summary>The connection is reset instead of an answer.</summary>
    public static Fault Reset { get; } = new() { Resets = true };

    public static Fault FlipLastByte { get; } = new() { FlipsByteAt = -1 };

    /// <summary>No Content-Length: chunked.</summary>
    public static Fault Chunked { get; } = new() { IsChunked = true };

    /// <summary>No Docker-Content-Digest and no ETag.</summary>
    public static Fault WithoutDigest { get; } = new() { OmitsDigest = true };

    /// <summary>A body without an end, chunked.</summary>
    public static Fault EndlessBody { get; } = new() { IsEndless = true, IsChunked = true };

    /// <summary>Range is ignored: the whole content with 200.</summary>
    public static Fault IgnoreRange { get; } = new() { IgnoresRange = true };

    /// <summary>The body really is gzipped, and labelled so.</summary>
    public static Fault Gzip { get; } = new() { IsGzipped = true, ContentEncoding = "gzip" };

    public static Fault RedirectToStorage { get; } = new() { RedirectsToStorage = true };

    /// <summary>Whether it also meets requests that the origin's authentication refuses; otherwise those get their challenge and use no rule up.</summary>
    public bool MeetsUnauthorized { get; init; }

    public TimeSpan Delay { get; init; }

    public bool NeverAnswers { get; init; }

    /// <summary>A gate before the headers.</summary>
    public OriginGate? HeaderGate { get; init; }

    /// <summary>Together with <see cref="CutsAfterBytes"/>: the cut is a reset, not an end of the stream; received bytes may be lost.</summary>
    public bool Resets { get; init; }

    /// <summary>Bytes that are written to the connection in place of an HTTP answer; then it stays open until the client ends it.</summary>
    public byte[]? RawAnswer { get; init; }

    /// <summary>The status, with an OCI error body unless <see cref="Body"/> is set.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Headers that replace those of the answer; a null value removes one.</summary>
    public IReadOnlyDictionary<string, string?> Headers { get; init; } = new Dictionary<string, string?>();

    /// <summary>A Content-Length that is not the body's length. A body that is longer than it is sent all the same.</summary>
    public long? ContentLength { get; init; }

    public bool IsChunked { get; init; }

    /// <summary>The Content-Encoding header; the bytes stay as they are.</summary>
    public string? ContentEncoding { get; init; }

    public bool IsGzipped { get; init; }

    public bool OmitsDigest { get; init; }

    public bool IgnoresRange { get; init; }

    /// <summary>The Location of a 307.</summary>
    public Uri? RedirectsTo { get; init; }

    public bool RedirectsToStorage { get; init; }

    /// <summary>Another body.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The offset within the content (not within a range) of a byte that is inverted; negative counts from the content's end.</summary>
    public long? FlipsByteAt { get; init; }

    /// <summary>The body ends here and Content-Length says so: a short body that looks complete.</summary>
    public long? EndsAfterBytes { get; init; }

    /// <summary>Further bytes after the body, which Content-Length counts.</summary>
    public int AppendsBytes { get; init; }

    public bool IsEndless { get; init; }

    /// <summary>The connection ends (FIN) after this many bytes of this answer's body.</summary>
    public long? CutsAfterBytes { get; init; }

    /// <summary>A gate within the body, at <see cref="BodyGateOffset"/>.</summary>
    public OriginGate? BodyGate { get; init; }

    /// <summary>The gate's offset within the content (not within a range): all bytes before it are sent.</summary>
    public long BodyGateOffset { get; init; }

    /// <summary>The body's rate; 0 is as fast as it goes.</summary>
    public long BytesPerSecond { get; init; }

    /// <param name="retryAfter">The Retry-After header, such as <c>7</c>.</param>
    public static Fault Status(int statusCode, string? retryAfter = null) => new()
    {
        StatusCode = statusCode,
        Headers = retryAfter is null ? new Dictionary<string, string?>() : new Dictionary<string, string?> { ["Retry-After"] = retryAfter },
    };

    public static Fault Delayed(TimeSpan delay) => new() { Delay = delay };

    public static Fault CutAfter(long bytes) => new() { CutsAfterBytes = bytes };

    public static Fault FlipByte(long offset) => new() { FlipsByteAt = offset };

    public static Fault ShortBody(long bytes) => new() { EndsAfterBytes = bytes };

    public static Fault LongBody(int extraBytes) => new() { AppendsBytes = extraBytes };

    public static Fault WrongContentLength(long bytes) => new() { ContentLength = bytes };

    public static Fault LabelledAs(string contentEncoding) => new() { ContentEncoding = contentEncoding };

    public static Fault WrongType(string? mediaType) => WithHeader("Content-Type", mediaType);

    public static Fault WithHeader(string name, string? value) => new() { Headers = new Dictionary<string, string?> { [name] = value } };

    /// <summary>A body of blanks, which are valid before any JSON.</summary>
    public static Fault OversizedBody(int sizeBytes)
    {
        var body = new byte[sizeBytes];
        body.AsSpan().Fill((byte)' ');
        return new Fault { Body = body };
    }

    public static Fault RedirectTo(Uri location) => new() { RedirectsTo = location };

    public static Fault Throttled(long bytesPerSecond) => new() { BytesPerSecond = bytesPerSecond };
}
