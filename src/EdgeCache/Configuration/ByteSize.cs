using System.Globalization;

namespace EdgeCache.Configuration;

/// <summary>The text of a number of bytes: plain, or with a unit of 1024 (KiB to TiB) or of 1000 (KB to TB, after IEC 80000-13). Pure.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, long SizeBytes)[] Units =
    [
        ("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000), ("B", 1),
    ];

    /// <summary>Parses <c>20GiB</c>, <c>1.5 TB</c>, <c>4096</c>; units in any case. False for anything else, for a fraction of a byte's
    /// text without a unit, and for more than 2^63-1 bytes.</summary>
    public static bool TryParse(string text, out long sizeBytes)
    {
        sizeBytes = 0;
        var number = text.Trim();
        if (number.Length > 40)
        {
            return false;
        }

        var unitBytes = 1L;
        foreach (var unit in Units)
        {
            if (number.EndsWith(unit.Unit, StringComparison.OrdinalIgnoreCase))
            {
                number = number[..^unit.Unit.Length].TrimEnd();
                unitBytes = unit.SizeBytes;
                break;
            }
        }

        var style = unitBytes > 1 ? NumberStyles.AllowDecimalPoint : NumberStyles.None;
        if (!decimal.TryParse(number, style, CultureInfo.InvariantCulture, out var count) || count > long.MaxValue / unitBytes)
        {
            return false;
        }

        sizeBytes = (long)(count * unitBytes);
        return true;
    }

    /// <summary>For people: with one decimal of the greatest unit of 1024 that the number reaches.</summary>
    public static string Round(long sizeBytes)
    {
        foreach (var (unit, unitBytes) in Units.AsSpan(0, 4))
        {
            if (sizeBytes >= unitBytes)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{(double)sizeBytes / unitBytes:0.0} {unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{sizeBytes} B");
    }

    /// <summary>The text with the greatest unit of 1024 that loses nothing.</summary>
    public static string Format(long sizeBytes)
    {
        foreach (var (unit, unitBytes) in Units.AsSpan(0, 4))
        {
            if (sizeBytes >= unitBytes && sizeBytes % unitBytes == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{sizeBytes / unitBytes}{unit}");
            }
        }

        return sizeBytes.ToString(CultureInfo.InvariantCulture);
    }
}
