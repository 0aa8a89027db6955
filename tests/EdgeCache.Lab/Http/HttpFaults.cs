using System.Globalization;
using System.Text;
using EdgeCache.Core.Caching;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Network;
using EdgeCache.Testing.Origin;

namespace EdgeCache.Lab.Http;

/// <summary>The faults of PROMISES that an upstream's HTTP shows.</summary>
internal static class HttpFaults
{
    /// <summary>Upstream headers are taken up to 64 KiB.</summary>
    private const int BombBytes = 100 << 10;

    /// <summary>Bytes a second: no manifest comes whole before the rate is judged, after 30 s.</summary>
    private const int MaxDrip = 16;

    private static readonly PullTarget[] Blobs =
        [PullTarget.SmallBlob, PullTarget.LargeBlob, PullTarget.DescribedSmallBlob, PullTarget.DescribedLargeBlob];

    private static readonly PullTarget[] Bounded =
        [PullTarget.DescribedSmallBlob, PullTarget.DescribedLargeBlob, PullTarget.ManifestByDigest, PullTarget.UnknownTag];

    public static IReadOnlyList<HttpFault> All { get; } =
    [
        Way("connection-refused", new FaultProxyState { NewConnections = NewConnections.Refuse }),
        Way("connection-reset", new FaultProxyState { NewConnections = NewConnections.Reset }),
        Way("connection-ignored", new FaultProxyState { NewConnections = NewConnections.Ignore }),
        Way("half-open", new FaultProxyState { IsHalfOpen = true }),
        NoAnswer("silence", OutageKind.Unreachable, 503, _ => Fault.Silence),
        OfHeaders("reset", OutageKind.Unreachable),
        NoAnswer("server-error", OutageKind.ServerError, 503, chance => Fault.Status(chance.Next(500, 508))),
        NoAnswer("busy", OutageKind.ServerError, 503, chance => Fault.Status(503, Seconds(chance))) with { IsOnce = false },
        NoAnswer("rate-limit", OutageKind.RateLimited, 503, chance => Fault.Status(429, Seconds(chance))),
        OfHeaders("401", OutageKind.Denied),
        OfHeaders("403", OutageKind.Denied),
        OfHeaders("404", OutageKind.NotFound),
        OfHeaders("418", OutageKind.ServerError),
        OfHeaders("redirect loop", OutageKind.ServerError) with { IsOnce = false, Hops = 6 },
        OfHeaders("redirect to another scheme", OutageKind.ServerError),
        OfHeaders("redirect without location", OutageKind.ServerError),
        OfHeaders("gzip label", OutageKind.ServerError),
        OfHeaders("gzip", OutageKind.ServerError),
        OfHeaders("no HTTP", OutageKind.ServerError),
        NoAnswer("large-header", OutageKind.ServerError, 502, chance => Fault.WithHeader("X-Bomb", new string('a', chance.Next(BombBytes, 2 * BombBytes)))),
        NoAnswer("endless-header", OutageKind.ServerError, 502, _ => Raw($"HTTP/1.1 200 OK\r\nX-Bomb: {new string('a', BombBytes)}")),
        NoAnswer("malformed-header", OutageKind.ServerError, 502, _ => Raw("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")),

        Broken("cut", scene => Fault.CutAfter(scene.Chance.Next(scene.SizeBytes))) with { SendsNothingTwice = true },
        Broken("cut-chunked", scene => Fault.CutAfter(scene.Chance.Next(scene.SizeBytes)) with { IsChunked = true }),
        Broken("cut-by-reset", scene => Fault.CutAfter(scene.Chance.Next(scene.SizeBytes)) with { Resets = true }) with { MayTakeHeaders = true },
        Broken("stall", scene => new Fault { BodyGate = new OriginGate(), BodyGateOffset = scene.Chance.Next(scene.SizeBytes) }) with { IsSlow = true },
        Broken("drip", scene => Fault.Throttled(scene.Chance.Next(1, MaxDrip))) with { IsSlow = true },

        Wrong("wrong-byte", scene => Fault.FlipByte(scene.Chance.Next(scene.SizeBytes))),
        Wrong("last-byte", scene => Fault.FlipLastByte with { IsChunked = scene.Chance.Next(2) == 0 }),
        Wrong("short", scene => Fault.ShortBody(scene.Chance.Next(scene.SizeBytes)) with { IsChunked = scene.Chance.Next(2) == 0 }),
        Wrong("long", scene => Fault.LongBody(scene.Chance.Next(1, 100_000)) with { IsChunked = scene.Chance.Next(2) == 0 }) with { Lengthens = true },
        Wrong("length-too-large", scene => Fault.WrongContentLength(scene.SizeBytes + scene.Chance.Next(1, 100_000))) with { Lengthens = true },
        Wrong("length-too-small", scene => Fault.WrongContentLength(scene.Chance.Next(scene.SizeBytes))),
        Wrong("endless", _ => Fault.EndlessBody) with { Targets = Bounded },

        new("range-ignored", FaultKind.BrokenBody, scene =>
        {
            scene.Origin.Behaviour.HonoursRange = false;
            CutOnce(scene);
        }) { IsOnce = true, Targets = Blobs },
        Rest("range-of-another-etag", FaultKind.BrokenBody, _ => Fault.WithHeader("ETag", "\"another\"")),
        Rest("range-of-another-content", FaultKind.WrongBody, _ => Fault.WithHeader("ETag", "\"another\"") with { FlipsByteAt = -1 }),
        Rest("range-of-another-offset", FaultKind.WrongBody, scene => Fault.WithHeader("Content-Range", $"bytes 0-{scene.SizeBytes - 1}/{scene.SizeBytes}")),

        Storage("storage-refuses", FaultKind.NoAnswer, scene => Fault.Status(((int[])[401, 403, 500, 503])[scene.Chance.Next(4)])) with { Outage = OutageKind.ServerError },
        Storage("storage-cut", FaultKind.BrokenBody, scene => Fault.CutAfter(scene.Chance.Next(scene.SizeBytes))),
        Storage("storage-wrong", FaultKind.WrongBody, scene => Fault.FlipByte(scene.Chance.Next(scene.SizeBytes))),

        new("flapping", FaultKind.Changing, scene => scene.Change(token => FlapAsync(scene.Proxy, new Random(scene.Chance.Next()), token))) { IsOnce = false },
        Moved("moved-tag-error", _ => Fault.Status(500)),
        Moved("moved-tag-cut", scene => Fault.CutAfter(scene.Chance.Next(scene.Content.Next.Bytes.Length))),
        Moved("moved-tag-wrong", scene => Fault.FlipByte(scene.Chance.Next(scene.Content.Next.Bytes.Length))),
    ];

    private static HttpFault Way(string name, FaultProxyState state) =>
        new(name, FaultKind.NoAnswer, scene => scene.Obstruct(state)) { Outage = OutageKind.Unreachable, IsOnce = false };

    private static HttpFault NoAnswer(string name, OutageKind outage, int status, Func<Random, Fault> fault) =>
        new(name, FaultKind.NoAnswer, scene => scene.Fail(When.Any, fault(scene.Chance))) { Outage = outage, Status = status };

    private static HttpFault OfHeaders(string name, OutageKind outage)
    {
        var (fault, status) = UpstreamFault.OfHeaders[name];
        return new(name.Replace(' ', '-'), FaultKind.NoAnswer, scene => scene.Fail(When.Any, fault(scene.Origin))) { Outage = outage, Status = status };
    }

    private static HttpFault Broken(string name, Func<FaultScene, Fault> fault) => new(name, FaultKind.BrokenBody, scene => scene.FailContent(fault(scene)));

    private static HttpFault Wrong(string name, Func<FaultScene, Fault> fault) => new(name, FaultKind.WrongBody, scene => scene.FailContent(fault(scene)));

    /// <summary>A body that is cut, and a fault of the answer for its rest.</summary>
    private static HttpFault Rest(string name, FaultKind kind, Func<FaultScene, Fault> fault) => new(name, kind, scene =>
    {
        CutOnce(scene);
        scene.Origin.Faults.Add(scene.IsContent, fault(scene));
    })
    { IsOnce = true, Targets = Blobs };

    /// <summary>A fault of the place that blobs are redirected to.</summary>
    private static HttpFault Storage(string name, FaultKind kind, Func<FaultScene, Fault> fault) => new(name, kind, scene =>
    {
        scene.Origin.Behaviour.RedirectsBlobsToStorage = true;
        scene.Fail(When.Storage, fault(scene));
    })
    { Targets = Blobs, Hops = 2 };

    /// <summary>A tag that means something else by now, which cannot be had.</summary>
    private static HttpFault Moved(string name, Func<FaultScene, Fault> fault) => new(name, FaultKind.Changing, scene =>
    {
        scene.MoveTag();
        scene.FailContent(fault(scene));
    })
    { Targets = [PullTarget.StaleTag], MovesTag = true };

    private static void CutOnce(FaultScene scene) => scene.Origin.Faults.Add(scene.IsContent, Fault.CutAfter(scene.Chance.Next(scene.SizeBytes)));

    private static Fault Raw(string text) => new() { RawAnswer = Encoding.ASCII.GetBytes(text) };

    /// <summary>A Retry-After above what a fill or a client's pull may last.</summary>
    private static string Seconds(Random chance) => chance.Next(60, 120).ToString(CultureInfo.InvariantCulture);

    private static async Task FlapAsync(FaultProxy proxy, Random chance, CancellationToken cancellationToken)
    {
        for (var isUp = false; ; isUp = !isUp)
        {
            proxy.State = new FaultProxyState { NewConnections = isUp ? NewConnections.Forward : NewConnections.Refuse };
            if (!isUp)
            {
                proxy.ResetConnections();
            }

            await Task.Delay(TimeSpan.FromMilliseconds(chance.Next(1, 30)), cancellationToken);
        }
    }
}
