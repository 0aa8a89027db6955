namespace EdgeCache.Load.Simulation;

/// <summary>How requests are spread over nodes.</summary>
internal enum Balance
{
    /// <summary>Each digest has a home.</summary>
    Affinity,

    /// <summary>By chance, and the nodes know nothing of each other.</summary>
    Blind,
}
