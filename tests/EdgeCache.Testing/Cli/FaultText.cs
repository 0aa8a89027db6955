using System.Globalization;
using EdgeCache.Testing.Origin;

namespace EdgeCache.Testing.Cli;

/// <summary>Faults as the command line names them.</summary>
internal static class FaultText
{
    private const string ManifestPrefix = "manifest:";

    /// <summary>The fault and what it is for; null where the text is not known.</summary>
    public static (Predicate<OriginRequest> Match, Fault Fault)? Parse(string text)
    {
        var isManifest = text.StartsWith(ManifestPrefix, StringComparison.Ordinal);
        var match = isManifest ? When.AnyManifest : When.AnyBlob;
        var parts = (isManifest ? text[ManifestPrefix.Length..] : text).Split('=', 2);
        var fault = parts switch
        {
            ["silence"] => Fault.Silence,
            ["reset"] => Fault.Reset,
            ["chunked"] => Fault.Chunked,
            ["gzip"] => Fault.Gzip,
            ["no-digest"] => Fault.WithoutDigest,
            ["endless"] => Fault.EndlessBody,
            ["no-range"] => Fault.IgnoreRange,
            ["redirect", var url] when Uri.TryCreate(url, UriKind.Absolute, out var location) => Fault.RedirectTo(location),
            [var name, var value] when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => Parse(name, number),
            _ => null,
        };
        return fault is null ? null : (match, fault);
    }

    private static Fault? Parse(string name, long number) => (name, number) switch
    {
        ("flip", _) => Fault.FlipByte(number),
        (_, < 0) => null,
        ("status", >= 200 and < 600) => Fault.Status((int)number),
        ("delay", < 3_600_000) => Fault.Delayed(TimeSpan.FromMilliseconds(number)),
        ("cut", _) => Fault.CutAfter(number),
        ("short", _) => Fault.ShortBody(number),
        ("long", < 1 << 30) => Fault.LongBody((int)number),
        ("length", _) => Fault.WrongContentLength(number),
        ("rate", _) => Fault.Throttled(number),
        _ => null,
    };
}
