namespace EdgeCache.SharedState;

/// <summary>What one node tells the others to do.</summary>
internal enum FleetEventKind
{
    /// <summary>Remove a digest's bytes, or forget what a tag means.</summary>
    Purge,

    /// <summary>Have a reference's manifest ready.</summary>
    Warm,

    /// <summary>Serve a digest to nobody.</summary>
    Deny,
}
