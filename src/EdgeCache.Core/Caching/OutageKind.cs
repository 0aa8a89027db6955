namespace EdgeCache.Core.Caching;

/// <summary>In which way an upstream gives no content: what an operator may want treated apart.</summary>
public enum OutageKind
{
    /// <summary>No connection, a time-out, or an answer that broke off.</summary>
    Unreachable,

    /// <summary>5xx, or an answer that must not be used.</summary>
    ServerError,

    /// <summary>429, or the wait and the budget that the upstream has told us to keep to.</summary>
    RateLimited,

    /// <summary>401 or 403.</summary>
    Denied,

    /// <summary>404 of what may be held here.</summary>
    NotFound,

    /// <summary>The upstream is switched off in this node's configuration: nobody was asked.</summary>
    Offline,
}
