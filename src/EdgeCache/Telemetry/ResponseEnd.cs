namespace EdgeCache.Telemetry;

/// <summary>How a response ended that had begun.</summary>
internal enum ResponseEnd
{
    /// <summary>Whole, or as the connection's own state says.</summary>
    Normal,

    /// <summary>The client was gone before it was whole.</summary>
    ClientLeft,

    /// <summary>The node aborted it, since the rest could not be had.</summary>
    Cut,
}
