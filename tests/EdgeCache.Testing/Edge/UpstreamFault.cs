using EdgeCache.Testing.Origin;

namespace EdgeCache.Testing.Edge;

/// <summary>What an upstream may do wrong, by names that test cases can carry, and what a client is told where nothing was sent yet.</summary>
internal static class UpstreamFault
{
    /// <summary>Faults of the answer's status or of its headers: nothing of a body can go out, whatever its size.</summary>
    public static IReadOnlyDictionary<string, (Func<FakeOrigin, Fault> Fault, int Status)> OfHeaders { get; } =
        new Dictionary<string, (Func<FakeOrigin, Fault>, int)>
        {
            ["500"] = (_ => Fault.Status(500), 503),
            ["502"] = (_ => Fault.Status(502), 503),
            ["429"] = (_ => Fault.Status(429, "7"), 503),
            ["401"] = (_ => Fault.Status(401), 403),
            ["403"] = (_ => Fault.Status(403), 403),
            ["404"] = (_ => Fault.Status(404), 404),
            ["418"] = (_ => Fault.Status(418), 502),
            ["reset"] = (_ => Fault.Reset, 503),
            ["redirect loop"] = (origin => Fault.RedirectTo(new Uri(origin.Url, "/v2/loop/blobs/again")), 502),
            ["redirect to another scheme"] = (_ => Fault.RedirectTo(new Uri("ftp://example.org/blob")), 502),
            ["redirect without location"] = (_ => Fault.Status(307), 502),
            ["gzip label"] = (_ => Fault.LabelledAs("gzip"), 502),
            ["gzip"] = (_ => Fault.Gzip, 502),
            ["no HTTP"] = (_ => new Fault { RawAnswer = "SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray() }, 502),
        };

    /// <summary>Faults within the body.</summary>
    public static IReadOnlyDictionary<string, (Fault Fault, int Status)> OfBody { get; } = new Dictionary<string, (Fault, int)>
    {
        ["first byte"] = (Fault.FlipByte(0), 502),
        ["last byte"] = (Fault.FlipLastByte, 502),
        ["last byte, chunked"] = (Fault.FlipLastByte with { IsChunked = true }, 502),
        ["short"] = (Fault.ShortBody(1000), 502),
        ["short, chunked"] = (Fault.ShortBody(1000) with { IsChunked = true }, 502),
        ["short by one"] = (Fault.ShortBody(-1), 502),
        ["long"] = (Fault.LongBody(100), 502),
        ["long, chunked"] = (Fault.LongBody(100) with { IsChunked = true }, 502),
        ["length too large"] = (Fault.WrongContentLength(1L << 21), 503),
        ["length too small"] = (Fault.WrongContentLength(500), 502),
        ["cut at once"] = (Fault.CutAfter(0), 503),
        ["cut in the middle"] = (Fault.CutAfter(400), 503),
        ["cut in the middle, chunked"] = (Fault.CutAfter(400) with { IsChunked = true }, 503),
        ["reset in the middle"] = (Fault.CutAfter(400) with { Resets = true }, 503),
        ["empty"] = (new Fault { Body = [] }, 502),
    };
}
