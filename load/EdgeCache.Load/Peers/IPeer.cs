namespace EdgeCache.Load.Peers;

/// <summary>A kind of caching proxy that can be started in front of an origin: ours and those it is compared with. Immutable.</summary>
internal interface IPeer
{
    /// <summary>As the tables call it.</summary>
    string Name { get; }

    /// <summary>The program's name where it is not installed; null where it is.</summary>
    string? Missing { get; }

    /// <summary>Starts one with an empty cache; completes when it accepts connections.</summary>
    /// <exception cref="InvalidOperationException">It did not start; the message says why.</exception>
    Task<PeerServer> StartAsync(PeerPlace place, CancellationToken cancellationToken);
}
