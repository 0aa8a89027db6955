namespace EdgeCache.Tests.Transport;

/// <summary>What a test's server has its connections from.</summary>
public enum ServerTransport
{
    /// <summary>Kestrel's own.</summary>
    Sockets,

    /// <summary>Ours.</summary>
    Epoll,
}
