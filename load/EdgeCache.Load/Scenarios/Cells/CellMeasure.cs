namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>What one server gave in one round of a cell.</summary>
/// <param name="Problem">Why the figures do not say what they should; null where they do.</param>
internal sealed record CellMeasure(IReadOnlyList<Figure> Figures, string? Problem = null)
{
    /// <summary>What to know when reading the figures; null where there is nothing.</summary>
    public string? Note { get; init; }

    /// <summary>The server is left with work that would disturb what comes after: it is started anew, and left out of the cell's other rounds.</summary>
    public bool IsGivenUp { get; init; }
}
