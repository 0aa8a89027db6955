using System.Globalization;

namespace EdgeCache.Serving;

/// <summary>
/// The bytes that a request asks for: a Range header resolved against the content's size (RFC 9110, section 14). A value; parsing allocates
/// nothing. Only GET has ranges: for HEAD the header is ignored by the caller.
/// </summary>
/// <param name="Offset">The first byte; 0 unless Partial.</param>
/// <param name="LengthBytes">How many bytes; the whole size for Whole, 0 for Unsatisfiable.</param>
internal readonly record struct ByteRange(RangeOutcome Outcome, long Offset, long LengthBytes)
{
    private const string Unit = "bytes=";

    /// <summary>Parses <c>bytes=a-b</c>, <c>bytes=a-</c> or <c>bytes=-n</c>.</summary>
    /// <param name="header">The header's value; several values joined with a comma are several ranges.</param>
    /// <param name="sizeBytes">The content's size.</param>
    public static ByteRange Parse(ReadOnlySpan<char> header, long sizeBytes)
    {
        var whole = new ByteRange(RangeOutcome.Whole, 0, sizeBytes);
        if (!header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase))
        {
            return whole;
        }

        var text = header[Unit.Length..].TrimEnd(" \t");
        var dash = text.IndexOf('-');
        if (dash < 0)
        {
            return whole;
        }

        var first = text[..dash];
        var last = text[(dash + 1)..];
        if (first.IsEmpty)
        {
            return TryParseNumber(last, out var suffix) ? FromSuffix(suffix, sizeBytes) : whole;
        }

        var lastByte = long.MaxValue;
        if (!TryParseNumber(first, out var firstByte) || (!last.IsEmpty && !TryParseNumber(last, out lastByte)) || lastByte < firstByte)
        {
            return whole;
        }

        return firstByte >= sizeBytes
            ? new ByteRange(RangeOutcome.Unsatisfiable, 0, 0)
            : new ByteRange(RangeOutcome.Partial, firstByte, Math.Min(lastByte, sizeBytes - 1) - firstByte + 1);
    }

    /// <summary>The value of Content-Range for a 206 or 416.</summary>
    public string ToContentRange(long sizeBytes) => Outcome == RangeOutcome.Unsatisfiable
        ? string.Create(CultureInfo.InvariantCulture, $"bytes */{sizeBytes}")
        : string.Create(CultureInfo.InvariantCulture, $"bytes {Offset}-{Offset + LengthBytes - 1}/{sizeBytes}");

    /// <summary>The last bytes: all of them where there are fewer. Of no bytes there is no part to name, so that the (empty) whole is sent.</summary>
    private static ByteRange FromSuffix(long suffix, long sizeBytes)
    {
        if (suffix == 0)
        {
            return new ByteRange(RangeOutcome.Unsatisfiable, 0, 0);
        }

        var length = Math.Min(suffix, sizeBytes);
        return new ByteRange(sizeBytes == 0 ? RangeOutcome.Whole : RangeOutcome.Partial, sizeBytes - length, length);
    }

    /// <summary>One or more digits; a number beyond 63 bits lies behind the end of any content and counts as the largest.</summary>
    private static bool TryParseNumber(ReadOnlySpan<char> text, out long number)
    {
        number = 0;
        if (text.IsEmpty)
        {
            return false;
        }

        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }

            number = number > (long.MaxValue - 9) / 10 ? long.MaxValue : (number * 10) + (digit - '0');
        }

        return true;
    }
}
