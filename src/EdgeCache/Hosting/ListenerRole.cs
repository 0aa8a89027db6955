namespace EdgeCache.Hosting;

/// <summary>Who a listener is for. What a connection may ask for is decided by the listener it came in on, never by a path or a Host header.</summary>
internal enum ListenerRole
{
    /// <summary>Clients that pull.</summary>
    Pull,

    /// <summary>Clients that pull from a balancer, and go on to a node where that can be.</summary>
    Redirect,

    /// <summary>The operator.</summary>
    Admin,

    /// <summary>The metrics' scraper.</summary>
    Metrics,
}
