using System.Globalization;
using EdgeCache.Configuration;

namespace EdgeCache.Load.Simulation;

/// <summary>How large a simulated cache is: a size, or a share of all that is asked for.</summary>
/// <param name="Text">As it was given.</param>
internal readonly record struct CapacityShare(string Text, double Share, long Bytes)
{
    /// <summary>The least that a cache may have.</summary>
    private const long MinBytes = 1024;

    public static bool TryParse(string text, out CapacityShare capacity)
    {
        if (TryParsePercent(text, out var share) && share > 0)
        {
            capacity = new CapacityShare(text, share, 0);
            return true;
        }

        var isSize = ByteSize.TryParse(text, out var bytes) && bytes >= MinBytes;
        capacity = isSize ? new CapacityShare(text, 0, bytes) : default;
        return isSize;
    }

    /// <summary>A number with %, 0 to 100, as a share of 0 to 1.</summary>
    public static bool TryParsePercent(string text, out double share)
    {
        var isNumber = double.TryParse(text.AsSpan().TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out share);
        share /= 100;
        return isNumber && text.EndsWith('%') && share is >= 0 and <= 1;
    }

    /// <summary>In bytes, for a trace.</summary>
    public long Of(RequestTrace trace) => Bytes > 0 ? Bytes : Math.Max(MinBytes, (long)(trace.TotalBytes * Share));
}
