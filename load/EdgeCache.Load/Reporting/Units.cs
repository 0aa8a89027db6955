using System.Globalization;

namespace EdgeCache.Load.Reporting;

/// <summary>Figures as the tables show them. Pure; null becomes a dash: not known.</summary>
internal static class Units
{
    public const string Unknown = "-";

    public static string Milliseconds(TimeSpan? time) => Number(time?.TotalMilliseconds, time?.TotalMilliseconds < 100 ? "0.00" : "0");

    public static string Seconds(TimeSpan? time) => Number(time?.TotalSeconds, "0.00");

    public static string Mebibytes(double? bytes) => Number(bytes / (1 << 20), "0");

    /// <summary>With the largest unit that leaves a whole number before the point.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var unit = Math.Min(units.Length - 1, (int)Math.Log2(Math.Max(1, bytes)) / 10);
        return $"{Number(bytes / Math.Pow(1024, unit), unit == 0 ? "0" : "0.0")} {units[unit]}";
    }

    public static string Number(double? number, string format = "0") => number?.ToString(format, CultureInfo.InvariantCulture) ?? Unknown;
}
