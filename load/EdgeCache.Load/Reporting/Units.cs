using System.Globalization;

namespace EdgeCache.Load.Reporting;

/// <summary>Figures as the tables show them. Pure; null becomes a dash: not known.</summary>
internal static class Units
{
    public const string Unknown = "-";

    public static string Milliseconds(TimeSpan? time) => Number(time?.TotalMilliseconds, time?.TotalMilliseconds < 100 ? "0.00" : "0");

    public static string Seconds(TimeSpan? time) => Number(time?.TotalSeconds, "0.00");

    public static string Mebibytes(double? bytes) => Number(bytes / (1 << 20), "0");

    public static string Number(double? number, string format = "0") => number?.ToString(format, CultureInfo.InvariantCulture) ?? Unknown;
}
