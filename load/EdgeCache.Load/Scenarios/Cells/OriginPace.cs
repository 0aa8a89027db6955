using System.Globalization;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>How fast the origin is during a cell.</summary>
/// <param name="BytesPerSecond">Of all bodies together; 0 is no limit.</param>
/// <param name="Delay">Before each answer's headers.</param>
internal sealed record OriginPace(long BytesPerSecond, TimeSpan Delay)
{
    public static OriginPace Free { get; } = new(0, TimeSpan.Zero);

    /// <summary>As cells' names end: <c>-10MBps+20ms</c>; empty without limits.</summary>
    public override string ToString() => this == Free
        ? string.Empty
        : string.Create(CultureInfo.InvariantCulture, $"-{BytesPerSecond / 1e6:0.#}MBps+{Delay.TotalMilliseconds:0}ms");

    /// <summary>How long it takes to send so many bytes; not less than a moment.</summary>
    public TimeSpan TimeOf(long bytes) => BytesPerSecond == 0 ? Delay : Delay + TimeSpan.FromSeconds((double)bytes / BytesPerSecond);
}
