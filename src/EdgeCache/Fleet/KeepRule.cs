namespace EdgeCache.Fleet;

/// <summary>Whether a node stores a copy of content that a sibling is home for.</summary>
public enum KeepRule
{
    /// <summary>From the second time on that it is asked for here.</summary>
    Hot,

    Always,

    /// <summary>Its bytes pass through: the fleet's disks hold everything once.</summary>
    Never,
}
