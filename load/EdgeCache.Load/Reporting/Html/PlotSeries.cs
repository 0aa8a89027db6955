namespace EdgeCache.Load.Reporting.Html;

/// <summary>One line of a plot.</summary>
/// <param name="Values">One for each point in time; null leaves a gap.</param>
internal sealed record PlotSeries(string Name, IReadOnlyList<double?> Values);
