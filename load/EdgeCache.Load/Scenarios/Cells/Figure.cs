namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>One number that a measurement gave.</summary>
/// <param name="Name">With its unit: <c>MB/s</c>, <c>p99 ms</c>.</param>
/// <param name="IsMoreBetter">Rates; false for times and costs.</param>
internal readonly record struct Figure(string Name, FigureKind Kind, bool IsMoreBetter, double Value);
