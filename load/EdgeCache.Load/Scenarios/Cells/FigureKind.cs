namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>In which table a figure stands.</summary>
internal enum FigureKind
{
    /// <summary>What the cell is about: a rate or a time.</summary>
    Headline,

    /// <summary>What the server's processors did for it.</summary>
    Cpu,

    Memory,

    /// <summary>In the JSON only.</summary>
    Detail,
}
