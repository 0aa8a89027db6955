namespace EdgeCache.Origin;

/// <summary>How a forwarded request ended, in the terms that decide what the client gets.</summary>
public enum ForwardOutcome
{
    /// <summary>The answer is written: 200, or the upstream's own 404 with its OCI error body (PROTOCOL 21).</summary>
    Sent,

    /// <summary>Nothing was asked: a query parameter is not valid, or the request has a body.</summary>
    InvalidRequest,

    /// <summary>404 without an OCI body: the caller writes one.</summary>
    NotFound,

    /// <summary>401 that our credentials could not answer.</summary>
    Unauthorized,

    /// <summary>403.</summary>
    Denied,

    /// <summary>429, or 408.</summary>
    RateLimited,

    /// <summary>5xx at the last endpoint tried.</summary>
    Unavailable,

    /// <summary>No connection, or a time-out, at the last endpoint tried.</summary>
    Unreachable,

    /// <summary>The upstream is switched off: nobody was asked.</summary>
    Offline,

    /// <summary>508: the request came round to a cache that it had passed.</summary>
    Loop,

    /// <summary>An answer that must not be used: encoded, too long, a refused redirect or token realm.</summary>
    BadAnswer,

    /// <summary>The answer had begun and could not be ended, or the client left: the connection is aborted, nothing can be written.</summary>
    Aborted,
}
