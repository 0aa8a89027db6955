using EdgeCache.Load.Scenarios.Runs;

namespace EdgeCache.Load.Reporting.Html;

/// <summary>Lines over the time of a run.</summary>
/// <param name="Title">What is shown, with its unit.</param>
/// <param name="Seconds">The points in time.</param>
/// <param name="Marks">What happened, as upright lines.</param>
internal sealed record Plot(string Title, IReadOnlyList<double> Seconds, IReadOnlyList<RunMark> Marks, params IReadOnlyList<PlotSeries> Series)
{
    /// <summary>Whether the scale is logarithmic: for latencies.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Whether the second line is to lie upon the first: both are to be seen.</summary>
    public bool IsComparison { get; init; }

    /// <summary>The scale's end; null is what the values need.</summary>
    public double? Max { get; init; }
}
