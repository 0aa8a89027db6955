using System.Text.Json;

namespace EdgeCache.Core.Oci;

/// <summary>
/// Recognises property names. Clients written in Go match names without regard to case (and fold U+017F to s, U+212A to k), others do not:
/// a name that only some would recognise is reported as ambiguous rather than ignored.
/// </summary>
internal static class JsonKey
{
    public const int None = -1;
    public const int Ambiguous = -2;

    /// <summary>No known name is longer; escapes make a name at most six times as long.</summary>
    private const int MaxNameLength = 16;

    /// <summary>The index of the reader's property name among the known ones, None, or Ambiguous.</summary>
    public static int Find(ref Utf8JsonReader reader, ReadOnlySpan<string> known)
    {
        if (reader.ValueSpan.Length > MaxNameLength * 6)
        {
            return None;
        }

        Span<char> buffer = stackalloc char[MaxNameLength * 6];
        var name = buffer[..reader.CopyString(buffer)];
        for (var index = 0; index < known.Length; index++)
        {
            if (name.SequenceEqual(known[index]))
            {
                return index;
            }
        }

        name.Replace('\u017f', 's');
        name.Replace('\u212a', 'k');
        foreach (var candidate in known)
        {
            if (((ReadOnlySpan<char>)name).Equals(candidate, StringComparison.OrdinalIgnoreCase))
            {
                return Ambiguous;
            }
        }

        return None;
    }
}
