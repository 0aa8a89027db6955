using System.Globalization;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;

namespace EdgeCache.SharedState;

/// <summary>A tag's entry as text: <c>milliseconds digest type size</c>, the time first so that Redis itself can compare it. Pure.</summary>
internal static class TagText
{
    private const int Parts = 4;

    public static string Format(in TagEntry entry) => string.Create(
        CultureInfo.InvariantCulture, $"{entry.ValidatedAt.ToUnixTimeMilliseconds()} {entry.Digest} {(byte)entry.Type} {entry.SizeBytes}");

    public static bool TryParse(string text, out TagEntry entry)
    {
        entry = default;
        var parts = text.Split(' ', Parts + 1);
        if (parts.Length != Parts
            || !UnixTime.TryParse(parts[0], out var time)
            || !Digest.TryParse(parts[1], out var digest)
            || !byte.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var type) || (type & ~(byte)ManifestTypes.All) != 0
            || !long.TryParse(parts[3], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var sizeBytes) || sizeBytes < -1)
        {
            return false;
        }

        entry = new TagEntry(digest, (ManifestTypes)type, sizeBytes, time);
        return true;
    }
}
