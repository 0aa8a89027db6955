namespace EdgeCache.Core.Caching;

/// <summary>What a stored answer may be used for (RFC 9111, section 4.2; RFC 5861, section 4).</summary>
public enum FreshnessState
{
    /// <summary>It is served without asking upstream.</summary>
    Fresh,

    /// <summary>Upstream is asked first; it may be served while upstream fails.</summary>
    Stale,

    /// <summary>It may not be served any more unless upstream confirms it.</summary>
    Expired,
}
