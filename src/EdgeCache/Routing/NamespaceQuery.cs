namespace EdgeCache.Routing;

/// <summary>
/// Finds <c>ns=</c> in a raw query (PROTOCOL 9). Its value is the only part of a target that is percent-decoded, because clients encode the
/// colon of a port; it serves for a look-up in a closed set and for nothing else. Of other parameters it is only said that they are there. Pure.
/// </summary>
internal static class NamespaceQuery
{
    /// <summary>A host name has at most 253 characters, a port six more.</summary>
    public const int MaxLength = 260;

    private const string Key = "ns=";

    public enum Outcome
    {
        /// <summary>Not there, or empty.</summary>
        Absent,
        Found,

        /// <summary>It stands twice, or its encoding is broken.</summary>
        Malformed,
        TooLong,
    }

    /// <param name="buffer">At least <see cref="MaxLength"/> characters; the decoded value is at its start.</param>
    /// <param name="hasOthers">Whether there are other parameters; not told where the outcome is Malformed.</param>
    public static Outcome Read(ReadOnlySpan<char> query, Span<char> buffer, out int length, out bool hasOthers)
    {
        length = 0;
        hasOthers = false;
        var value = ReadOnlySpan<char>.Empty;
        var isFound = false;
        foreach (var range in query.Split('&'))
        {
            var parameter = query[range];
            if (!parameter.StartsWith(Key))
            {
                hasOthers |= !parameter.IsEmpty;
                continue;
            }

            if (isFound)
            {
                return Outcome.Malformed;
            }

            isFound = true;
            value = parameter[Key.Length..];
        }

        return value.IsEmpty ? Outcome.Absent : Decode(value, buffer, out length);
    }

    /// <summary>Decodes to ASCII; an encoded byte above 0x7F is in no host name that is configured as it is sent (punycode).</summary>
    private static Outcome Decode(ReadOnlySpan<char> value, Span<char> buffer, out int length)
    {
        length = 0;
        for (var position = 0; position < value.Length; position++)
        {
            if (length == MaxLength)
            {
                return Outcome.TooLong;
            }

            var character = value[position];
            if (character == '%')
            {
                if (position + 2 >= value.Length || !char.IsAsciiHexDigit(value[position + 1]) || !char.IsAsciiHexDigit(value[position + 2]))
                {
                    return Outcome.Malformed;
                }

                character = (char)((HexOf(value[position + 1]) << 4) | HexOf(value[position + 2]));
                position += 2;
            }

            if (character is <= ' ' or >= '\u007f')
            {
                return Outcome.Malformed;
            }

            buffer[length++] = character;
        }

        return Outcome.Found;
    }

    private static int HexOf(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
