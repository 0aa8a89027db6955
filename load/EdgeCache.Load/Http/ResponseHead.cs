using System.Buffers.Text;
using System.Text;

namespace EdgeCache.Load.Http;

/// <summary>What the driver needs of an HTTP/1.1 response head.</summary>
/// <param name="BodyBytes">The Content-Length; -1 where there is none.</param>
internal readonly record struct ResponseHead(int Status, long BodyBytes, CacheAnswer Cache)
{
    /// <summary>Whether it says that it was no hit; a registry without Cache-Status never does.</summary>
    public bool IsNoHit => Cache is CacheAnswer.Miss or CacheAnswer.Collapsed;

    /// <summary>Parses a head up to and without its empty line; false for what is no HTTP/1.1 response.</summary>
    public static bool TryParse(ReadOnlySpan<byte> head, out ResponseHead parsed)
    {
        parsed = default;
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head[9..], out int status, out var digits) || digits != 3)
        {
            return false;
        }

        var (length, cache) = (-1L, CacheAnswer.Unknown);
        while (NextLine(ref head) is { IsEmpty: false } line)
        {
            if (ValueOf(line, "Content-Length:"u8) is { IsEmpty: false } text && (!Utf8Parser.TryParse(text, out length, out var used) || used != text.Length))
            {
                return false;
            }

            if (ValueOf(line, "Cache-Status:"u8) is { IsEmpty: false } words)
            {
                // The last member is that of the cache that was asked (RFC 9211, section 2).
                cache = Classify(words[(words.LastIndexOf((byte)',') + 1)..]);
            }
        }

        parsed = new ResponseHead(status, length, cache);
        return true;
    }

    /// <summary>The value of a field of a head; empty where it has none such.</summary>
    /// <param name="name">With its colon.</param>
    public static ReadOnlySpan<byte> FieldOf(ReadOnlySpan<byte> head, scoped ReadOnlySpan<byte> name)
    {
        while (NextLine(ref head) is { IsEmpty: false } line)
        {
            if (ValueOf(line, name) is { IsEmpty: false } value)
            {
                return value;
            }
        }

        return default;
    }

    private static CacheAnswer Classify(ReadOnlySpan<byte> words) =>
        words.IndexOf("; hit"u8) >= 0 ? CacheAnswer.Hit
        : words.IndexOf("; collapsed"u8) >= 0 ? CacheAnswer.Collapsed
        : words.IndexOf("; fwd="u8) >= 0 ? CacheAnswer.Miss
        : CacheAnswer.Unknown;

    /// <summary>Drops the first line and gives the one after it; empty at the end.</summary>
    private static ReadOnlySpan<byte> NextLine(scoped ref ReadOnlySpan<byte> head)
    {
        var end = head.IndexOf("\r\n"u8);
        if (end < 0)
        {
            head = default;
            return default;
        }

        head = head[(end + 2)..];
        end = head.IndexOf("\r\n"u8);
        return end < 0 ? head : head[..end];
    }

    private static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> line, scoped ReadOnlySpan<byte> name) =>
        line.Length > name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name) ? line[name.Length..].Trim((byte)' ') : default;
}
