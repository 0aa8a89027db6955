using System.Buffers;

namespace EdgeCache.Origin;

/// <summary>
/// The grammar of Cache-Status (RFC 9211, section 2): a list of tokens or strings with parameters (RFC 8941, section 3.1). Byte sequences, of which no
/// parameter of that RFC makes use, are not taken. Pure.
/// </summary>
internal static class CacheStatusSyntax
{
    /// <summary>More caches than lie on any sane way.</summary>
    public const int MaxMembers = 16;

    private const string Letters = "abcdefghijklmnopqrstuvwxyz";
    private const string Digits = "0123456789";

    private static readonly SearchValues<char> KeyFirst = SearchValues.Create(Letters + "*");
    private static readonly SearchValues<char> Key = SearchValues.Create(Letters + Digits + "_-.*");
    private static readonly SearchValues<char> TokenFirst = SearchValues.Create(Letters + "ABCDEFGHIJKLMNOPQRSTUVWXYZ*");
    private static readonly SearchValues<char> Token = SearchValues.Create(Letters + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + Digits + "!#$%&'*+-.^_`|~:/");
    private static readonly SearchValues<char> Number = SearchValues.Create(Digits + ".");

    public static bool IsValid(ReadOnlySpan<char> text)
    {
        for (var members = 0; members < MaxMembers; members++)
        {
            if (!TrySkipName(ref text) || !TrySkipParameters(ref text))
            {
                return false;
            }

            text = text.TrimStart(" \t");
            if (text.IsEmpty)
            {
                return true;
            }

            if (!TrySkip(ref text, ','))
            {
                return false;
            }

            text = text.TrimStart(" \t");
        }

        return false;
    }

    /// <summary>The name of a cache.</summary>
    private static bool TrySkipName(ref ReadOnlySpan<char> text) => TrySkipString(ref text) || TrySkipRun(ref text, TokenFirst, Token);

    private static bool TrySkipParameters(ref ReadOnlySpan<char> text)
    {
        while (TrySkip(ref text, ';'))
        {
            text = text.TrimStart(' ');
            if (!TrySkipRun(ref text, KeyFirst, Key) || (TrySkip(ref text, '=') && !TrySkipValue(ref text)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TrySkipValue(ref ReadOnlySpan<char> text)
    {
        if (TrySkip(ref text, '?'))
        {
            return TrySkip(ref text, '0') || TrySkip(ref text, '1');
        }

        return TrySkip(ref text, '-') ? TrySkipRun(ref text, Number, Number) : TrySkipRun(ref text, Number, Number) || TrySkipName(ref text);
    }

    private static bool TrySkipString(ref ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] != '"')
        {
            return false;
        }

        for (var i = 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"':
                    text = text[(i + 1)..];
                    return true;
                case '\\' when i + 1 < text.Length && text[i + 1] is '"' or '\\':
                    i++;
                    break;
                case '\\' or < ' ' or > '~':
                    return false;
            }
        }

        return false;
    }

    private static bool TrySkipRun(ref ReadOnlySpan<char> text, SearchValues<char> first, SearchValues<char> rest)
    {
        if (text.IsEmpty || !first.Contains(text[0]))
        {
            return false;
        }

        var end = text.IndexOfAnyExcept(rest);
        text = end < 0 ? default : text[Math.Max(end, 1)..];
        return true;
    }

    private static bool TrySkip(ref ReadOnlySpan<char> text, char character)
    {
        if (text.IsEmpty || text[0] != character)
        {
            return false;
        }

        text = text[1..];
        return true;
    }
}
