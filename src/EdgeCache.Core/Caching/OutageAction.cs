namespace EdgeCache.Core.Caching;

/// <summary>What a client gets while its upstream gives no content.</summary>
public enum OutageAction
{
    /// <summary>What is held, for as long as stale-if-error allows (RFC 5861, section 4); where nothing is held, as <see cref="Pass"/>.</summary>
    Stale,

    /// <summary>The upstream's failure, as this cache's clients are told of it.</summary>
    Pass,

    /// <summary>503 with Retry-After whatever the upstream said, so that a client which has other hosts goes there.</summary>
    Fail,
}
