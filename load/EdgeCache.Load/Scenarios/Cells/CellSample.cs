namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>A measurement in its place.</summary>
/// <param name="Round">From 1.</param>
internal sealed record CellSample(string Cell, string Server, int Round, CellMeasure Measure);
