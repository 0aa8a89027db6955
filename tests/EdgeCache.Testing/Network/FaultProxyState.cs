namespace EdgeCache.Testing.Network;

/// <summary>What a <see cref="FaultProxy"/> does to connections. A value: assign another to <see cref="FaultProxy.State"/> at any time.</summary>
public sealed record FaultProxyState
{
    /// <summary>Bytes pass as they come.</summary>
    public static FaultProxyState Clear { get; } = new();

    /// <summary>How every piece of bytes is delayed, in each direction, before jitter.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>A further random delay between zero and this.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The rate towards clients, of all connections together; 0 is no limit.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>A connection ends after this many bytes towards its client.</summary>
    public long? CutsAfterBytes { get; init; }

    /// <summary>Whether that cut is a reset (RST) rather than an end of the stream (FIN).</summary>
    public bool CutsByReset { get; init; }

    /// <summary>Half-open: bytes of both directions are swallowed, nothing is ended, also for connections that stand.</summary>
    public bool IsHalfOpen { get; init; }

    public NewConnections NewConnections { get; init; }
}
