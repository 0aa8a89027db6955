using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace EdgeCache.Origin;

/// <summary>
/// Parses WWW-Authenticate (RFC 9110, 11.6.1): several fields, several challenges in one field, quoted strings with commas and escapes, token68.
/// What is malformed ends its field: the challenges before it count, so that one registry's slip does not hide a usable challenge. Pure.
/// </summary>
internal static class WwwAuthenticate
{
    /// <summary>Challenges kept of one answer; a registry sends one or two.</summary>
    public const int MaxChallenges = 16;

    /// <summary>Parameters kept of one challenge.</summary>
    public const int MaxParameters = 16;

    // RFC 9110, 5.6.2: tchar.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // RFC 9110, 11.2: token68, without its trailing "=".
    private static readonly SearchValues<char> Token68Characters =
        SearchValues.Create("-._~+/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <param name="fields">The values of the header's fields, raw.</param>
    public static IReadOnlyList<AuthChallenge> Parse(IEnumerable<string?> fields)
    {
        var challenges = new List<AuthChallenge>();
        foreach (var field in fields)
        {
            var rest = field.AsSpan();
            while (challenges.Count < MaxChallenges && TryTakeChallenge(ref rest, out var challenge))
            {
                challenges.Add(challenge);
            }
        }

        return challenges;
    }

    private static bool TryTakeChallenge(ref ReadOnlySpan<char> rest, [NotNullWhen(true)] out AuthChallenge? challenge)
    {
        challenge = null;
        SkipSeparators(ref rest);
        var scheme = TakeToken(ref rest);
        if (scheme.IsEmpty)
        {
            return false;
        }

        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (rest.Length > 0 && rest[0] is ' ' or '\t')
        {
            SkipBlanks(ref rest);
            if (TryTakeToken68(ref rest, out var token68))
            {
                challenge = new AuthChallenge(scheme.ToString(), token68, parameters);
                return true;
            }
        }
        else if (rest.Length > 0 && rest[0] != ',')
        {
            return false;
        }

        var isWhole = TakeParameters(ref rest, parameters);
        challenge = isWhole ? new AuthChallenge(scheme.ToString(), null, parameters) : null;
        return isWhole;
    }

    /// <summary>The whole challenge after its scheme, up to a comma or the end; <c>a=b</c> is a parameter instead.</summary>
    private static bool TryTakeToken68(ref ReadOnlySpan<char> rest, out string? token68)
    {
        token68 = null;
        var length = rest.IndexOfAnyExcept(Token68Characters);
        length = length < 0 ? rest.Length : length;
        var end = length;
        while (end < rest.Length && rest[end] == '=')
        {
            end++;
        }

        var after = rest[end..].TrimStart(" \t");
        if (length == 0 || (!after.IsEmpty && after[0] != ','))
        {
            return false;
        }

        token68 = rest[..end].ToString();
        rest = after;
        return true;
    }

    /// <summary>Parameters until the next challenge's scheme or the end; false where one is malformed.</summary>
    private static bool TakeParameters(ref ReadOnlySpan<char> rest, Dictionary<string, string> parameters)
    {
        while (true)
        {
            SkipSeparators(ref rest);
            var ahead = rest;
            var name = TakeToken(ref ahead);
            SkipBlanks(ref ahead);
            if (name.IsEmpty || ahead.IsEmpty || ahead[0] != '=')
            {
                // The end, or the next challenge. Anything else fails as a scheme there.
                return true;
            }

            ahead = ahead[1..];
            SkipBlanks(ref ahead);
            if (!TryTakeValue(ref ahead, out var value) || parameters.Count == MaxParameters)
            {
                rest = default;
                return false;
            }

            parameters.TryAdd(name.ToString(), value);
            rest = ahead;
        }
    }

    private static bool TryTakeValue(ref ReadOnlySpan<char> rest, [NotNullWhen(true)] out string? value)
    {
        if (rest.IsEmpty || rest[0] != '"')
        {
            var token = TakeToken(ref rest);
            value = token.IsEmpty ? null : token.ToString();
            return value is not null;
        }

        var text = new StringBuilder();
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                rest = rest[(i + 1)..];
                value = text.ToString();
                return true;
            }

            if (rest[i] == '\\' && ++i == rest.Length)
            {
                break;
            }

            text.Append(rest[i]);
        }

        value = null;
        return false;
    }

    private static ReadOnlySpan<char> TakeToken(ref ReadOnlySpan<char> rest)
    {
        var length = rest.IndexOfAnyExcept(TokenCharacters);
        var token = length < 0 ? rest : rest[..length];
        rest = rest[token.Length..];
        return token;
    }

    private static void SkipBlanks(ref ReadOnlySpan<char> rest) => rest = rest.TrimStart(" \t");

    private static void SkipSeparators(ref ReadOnlySpan<char> rest) => rest = rest.TrimStart(" \t,");
}
