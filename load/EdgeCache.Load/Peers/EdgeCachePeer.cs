using System.Globalization;
using EdgeCache.Load.Processes;

namespace EdgeCache.Load.Peers;

/// <summary>Our own node.</summary>
internal sealed class EdgeCachePeer(NodeSettings settings) : IPeer
{
    public const string PeerName = "edgecache";

    /// <summary>Connections beyond those of the bench: its own probes.</summary>
    private const int FurtherConnections = 100;

    public string Name => PeerName;

    public string? Missing => null;

    public async Task<PeerServer> StartAsync(PeerPlace place, CancellationToken cancellationToken)
    {
        var own = settings with
        {
            Launcher = place.Launcher,
            Certificate = place.Certificate,
            Environment = new Dictionary<string, string>
            {
                ["EDGECACHE__Limits__MaxConnections"] = Math.Max(10_000, place.Connections + FurtherConnections).ToString(CultureInfo.InvariantCulture),
            },
        };
        var node = await NodeProcess.StartAsync(own, place.Origin, place.Folder, cancellationToken);
        return new PeerServer(Name, node.Url, node.TlsUrl, node.Id, node);
    }
}
