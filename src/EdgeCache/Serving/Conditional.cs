using EdgeCache.Core.Oci;
using Microsoft.Extensions.Primitives;

namespace EdgeCache.Serving;

/// <summary>
/// The preconditions of RFC 9110, section 13, for content whose entity tag is its quoted digest. Pure; allocates nothing.
/// If-Match and the date conditions are left out: nothing here changes under its digest, and nothing carries a date.
/// </summary>
internal static class Conditional
{
    /// <summary>Whether If-None-Match names the content, so that a 304 answers (section 13.1.2). A weak tag matches like a strong one; so does a
    /// digest without quotes, which some clients send.</summary>
    public static bool IsNotModified(in StringValues ifNoneMatch, in Digest digest)
    {
        foreach (var value in ifNoneMatch)
        {
            if (Names(value, digest))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether a Range may be honoured (section 13.1.5): there is no If-Range, or it is exactly the content's own strong tag. A weak tag, a date
    /// and anything else mean the whole.
    /// </summary>
    public static bool AllowsRange(in StringValues ifRange, in Digest digest)
    {
        if (ifRange.Count == 0)
        {
            return true;
        }

        var text = ifRange[0].AsSpan().Trim(" \t");
        return ifRange.Count == 1 && text is ['"', .. var tag, '"'] && IsDigest(tag, digest);
    }

    private static bool Names(ReadOnlySpan<char> list, in Digest digest)
    {
        while (true)
        {
            list = list.TrimStart(" \t,");
            if (list.IsEmpty)
            {
                return false;
            }

            list = list.StartsWith("W/") ? list[2..] : list;
            var isQuoted = list is ['"', ..];
            var member = TakeMember(ref list, isQuoted);
            if ((member is "*" && !isQuoted) || IsDigest(member, digest))
            {
                return true;
            }
        }
    }

    /// <summary>Takes a quoted tag, in which commas may stand, or else what comes before the next comma.</summary>
    private static ReadOnlySpan<char> TakeMember(scoped ref ReadOnlySpan<char> list, bool isQuoted)
    {
        var rest = isQuoted ? list[1..] : list;
        var end = rest.IndexOf(isQuoted ? '"' : ',');
        var member = end < 0 ? rest : rest[..end];
        list = end < 0 ? default : rest[(end + 1)..];
        return isQuoted ? member : member.TrimEnd(" \t");
    }

    private static bool IsDigest(ReadOnlySpan<char> tag, in Digest digest) => Digest.TryParse(tag, out var named) && named == digest;
}
