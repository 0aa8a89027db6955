using EdgeCache.Testing;

namespace EdgeCache.Load.Peers;

/// <summary>Where and how a peer is started.</summary>
/// <param name="Origin">The registry behind it.</param>
/// <param name="Folder">A folder of its own, for its configuration and its cache; exists.</param>
/// <param name="Certificate">The certificate of its https listener.</param>
internal sealed record PeerPlace(Uri Origin, string Folder, TestServerCertificate Certificate)
{
    /// <summary>What comes before the program on the command line, such as taskset with its arguments.</summary>
    public IReadOnlyList<string> Launcher { get; init; } = [];

    /// <summary>Worker processes, where the peer has such a setting.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Connections that it must be able to hold.</summary>
    public int Connections { get; init; } = 4096;

    /// <summary>The bytes of all objects that its cache must be able to hold.</summary>
    public long CacheBytes { get; init; } = 4L << 30;

    /// <summary>Whether the cache is larger than the memory: it must lie on disk.</summary>
    public bool IsLargerThanMemory { get; init; }
}
