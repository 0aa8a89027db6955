namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>The origin's objects that a cell asks for.</summary>
/// <param name="Wanted">What is cached before.</param>
/// <param name="Cold">What is not.</param>
internal sealed record CellObjects(Wanted Wanted, IReadOnlyList<Wanted> Cold);
