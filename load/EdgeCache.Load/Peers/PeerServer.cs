using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Peers;

/// <summary>A registry or cache that runs and is measured: a peer, or the origin itself. Disposal ends what was started.</summary>
/// <param name="name">As the tables call it.</param>
/// <param name="tlsUrl">Its https listener, with HTTP/2; null where it has none.</param>
/// <param name="processId">The root of its processes.</param>
/// <param name="owned">What ends with it; null where somebody else owns the processes.</param>
internal sealed class PeerServer(string name, Uri url, Uri? tlsUrl, int processId, IAsyncDisposable? owned) : IAsyncDisposable
{
    /// <summary>The name of the origin itself, where it is measured beside its caches.</summary>
    public const string OriginName = "origin";

    public string Name => name;

    public Uri Url => url;

    public Uri? TlsUrl => tlsUrl;

    /// <summary>What all its processes have used so far.</summary>
    public TimeSpan ReadCpu() => ProcessTree.ReadCpu(processId);

    public MemoryUsage ReadMemory() => ProcessTree.ReadMemory(processId);

    public ValueTask DisposeAsync() => owned?.DisposeAsync() ?? ValueTask.CompletedTask;
}
