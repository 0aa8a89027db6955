namespace EdgeCache.Core.Fill;

/// <summary>How an upstream answered, in the terms that decide what a client gets (PROTOCOL 23).</summary>
public enum OriginOutcome
{
    /// <summary>The content is there: a body on a GET, its headers on a HEAD.</summary>
    Found,

    /// <summary>304: what the request's validator names is still current.</summary>
    NotModified,

    /// <summary>404: the upstream authoritatively has no such content.</summary>
    NotFound,

    /// <summary>401 that our credentials could not answer.</summary>
    Unauthorized,

    /// <summary>403.</summary>
    Denied,

    /// <summary>429, or 408.</summary>
    RateLimited,

    /// <summary>5xx: a later try may work.</summary>
    Unavailable,

    /// <summary>No connection, a time-out, or a body that broke off: a later try may work.</summary>
    Unreachable,

    /// <summary>508: the request came round to a cache that it had passed (RFC 8586). Somebody's configuration is wrong.</summary>
    Loop,

    /// <summary>An answer that must not be used: encoded, oversized, a refused redirect or token realm, malformed.</summary>
    BadAnswer,

    /// <summary>The upstream is switched off in this node's configuration: nobody was asked.</summary>
    Offline,
}
