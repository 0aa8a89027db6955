namespace EdgeCache.Lab.Simulation;

/// <summary>How far a pull is.</summary>
internal enum SimClientState
{
    Active,
    Served,
    Failed,

    /// <summary>By a limit of the node.</summary>
    Refused,

    /// <summary>By its own will, or with the node.</summary>
    Left,
}
