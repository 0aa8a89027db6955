namespace EdgeCache.Core.Caching;

/// <summary>How a request was answered, in one word: a closed set, used as a label of metrics and in logs.</summary>
public enum CacheResult
{
    /// <summary>The cache was not asked: a ping, a refused request.</summary>
    None,

    /// <summary>From the store, without asking upstream.</summary>
    Hit,

    /// <summary>From upstream, by the fill that this request started.</summary>
    Miss,

    /// <summary>From upstream, by a fill that another request had started.</summary>
    Collapsed,

    /// <summary>From the store although no longer fresh, because upstream failed.</summary>
    Stale,

    /// <summary>From the store, after upstream confirmed that it is still current.</summary>
    Revalidated,

    /// <summary>From the store, after upstream confirmed that this repository holds it.</summary>
    Linked,

    /// <summary>From upstream, and not cached by design: lists and referrers.</summary>
    Forwarded,

    /// <summary>Neither the store nor upstream had an answer.</summary>
    Error,
}
