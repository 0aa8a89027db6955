namespace EdgeCache.Telemetry;

/// <summary>How a fill ended, as metrics tell it.</summary>
internal enum FillResult
{
    /// <summary>Verified and published.</summary>
    Published,

    /// <summary>Verified and served, but not kept: the disk is full or failing.</summary>
    NotKept,

    /// <summary>The digest or the length was wrong.</summary>
    Corrupt,

    /// <summary>The upstream did not bring the content.</summary>
    OriginFailed,

    /// <summary>The node itself failed, or stopped.</summary>
    Failed,
}
