using System.Globalization;

namespace EdgeCache.Core.Index;

/// <summary>
/// How the journal lies on disk: a folder a generation, in it FasterLog's segments. Writer and reader agree on it here; the frame of an entry is
/// FasterLog's (2.6.5, LogChecksum.PerEntry): 8 bytes of checksum, 4 of length, the entry, to a multiple of 4; 0 as length ends a page.
/// </summary>
internal static class JournalLayout
{
    /// <summary>An entry never crosses a page, and damage never reaches beyond its page.</summary>
    public const int PageBytes = 256 << 10;

    /// <summary>What may wait in memory to be written: a burst of some 50,000 entries.</summary>
    public const int MemoryBytes = 8 << 20;

    public const int SegmentBytes = 64 << 20;
    public const int HeaderBytes = 12;
    public const int LengthOffset = 8;

    /// <summary>Where the first page's entries begin: FASTER's first valid address.</summary>
    public const int FirstEntryOffset = 64;

    private const string FolderPrefix = "journal-";
    private const string SegmentPrefix = "entries";

    // Sequence numbers hold the generation in 23 bits.
    private const int MaxGeneration = (1 << 23) - 2;

    public static string FolderOf(string path, int generation) =>
        Path.Combine(path, FolderPrefix + generation.ToString("D8", CultureInfo.InvariantCulture));

    /// <summary>The segments' path without their numbers.</summary>
    public static string SegmentsOf(string folder) => Path.Combine(folder, SegmentPrefix);

    /// <summary>The generations there are, ascending; what is not named as one is ignored.</summary>
    public static List<int> FindGenerations(string path) =>
        Find(Directory.Exists(path) ? Directory.EnumerateDirectories(path, FolderPrefix + "*") : [], FolderPrefix.Length, MaxGeneration);

    /// <summary>The numbers of a generation's segments, ascending.</summary>
    public static List<int> FindSegments(string folder) =>
        Find(Directory.Exists(folder) ? Directory.EnumerateFiles(folder, SegmentPrefix + ".*") : [], SegmentPrefix.Length + 1, int.MaxValue);

    public static int AlignEntry(int sizeBytes) => (sizeBytes + 3) & ~3;

    private static List<int> Find(IEnumerable<string> paths, int prefixLength, int max)
    {
        var numbers = new List<int>();
        foreach (var path in paths)
        {
            if (int.TryParse(Path.GetFileName(path.AsSpan())[prefixLength..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number <= max)
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }
}
