namespace EdgeCache.Testing.Network;

/// <summary>What a <see cref="FaultProxy"/> does with a connection that comes in.</summary>
public enum NewConnections
{
    /// <summary>It is joined to the target.</summary>
    Forward,

    /// <summary>It is reset as soon as it is accepted.</summary>
    Reset,

    /// <summary>The port does not listen: the client is refused.</summary>
    Refuse,

    /// <summary>The port listens and nobody accepts: its queue is full, and the client's SYN gets no answer.</summary>
    Ignore,
}
