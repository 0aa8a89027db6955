namespace EdgeCache.Configuration;

/// <summary>Finds the known key that a mistyped one most likely means. Pure.</summary>
internal static class NearestKey
{
    /// <summary>Keys longer than this are not compared: the comparison is quadratic.</summary>
    private const int MaxLength = 64;

    /// <returns>The nearest key, by edit distance without regard to case, or null where none is near.</returns>
    public static string? Find(string key, IEnumerable<string> known)
    {
        string? nearest = null;
        var least = (Math.Min(key.Length, MaxLength) / 3) + 1;
        foreach (var candidate in known)
        {
            var distance = key.Length > MaxLength ? int.MaxValue : Distance(key, candidate);
            if (distance < least || (nearest is null && LastPart(candidate).Equals(LastPart(key), StringComparison.OrdinalIgnoreCase)))
            {
                least = Math.Min(distance, least);
                nearest = candidate;
            }
        }

        return nearest;
    }

    private static string LastPart(string key) => key[(key.LastIndexOf(':') + 1)..];

    /// <summary>Levenshtein's distance.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost));
            }
        }

        return row[^1];
    }
}
