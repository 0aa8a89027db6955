using EdgeCache.Testing;

namespace EdgeCache.Load.Peers;

/// <summary>Servers of several kinds in front of one origin, each in processes and a folder of its own that go with it. One caller at a time.</summary>
internal sealed class PeerStage : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly Func<PeerPlace, PeerPlace> _arrange;
    private readonly TestCertificates _certificates;
    private readonly Uri _origin;
    private readonly List<(IPeer Peer, PeerServer Server)> _servers = [];
    private int _places;

    private PeerStage(DirectoryInfo folder, Uri origin, Func<PeerPlace, PeerPlace> arrange)
    {
        (_folder, _origin, _arrange) = (folder, origin, arrange);
        _certificates = new TestCertificates(folder.FullName);
    }

    public IEnumerable<PeerServer> Servers => _servers.Select(entry => entry.Server);

    /// <param name="origin">Where they fetch from.</param>
    /// <param name="parent">Where the stage's folder is made and removed again.</param>
    /// <param name="arrange">Completes a place for a peer.</param>
    /// <exception cref="InvalidOperationException">A peer did not start.</exception>
    public static async Task<PeerStage> StartAsync(
        IEnumerable<IPeer> peers, Uri origin, string parent, Func<PeerPlace, PeerPlace> arrange, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(parent, $"edgecache-peers-{Guid.NewGuid():n}"));
        var stage = new PeerStage(folder, origin, arrange);
        try
        {
            foreach (var peer in peers)
            {
                stage._servers.Add((peer, await stage.StartAsync(peer, cancellationToken)));
            }

            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends a server and starts one of its kind with an empty cache.</summary>
    public async Task RestartAsync(PeerServer server, CancellationToken cancellationToken)
    {
        var index = _servers.FindIndex(entry => entry.Server == server);
        var peer = _servers[index].Peer;
        _servers.RemoveAt(index);
        await server.DisposeAsync();
        _servers.Insert(index, (peer, await StartAsync(peer, cancellationToken)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers)
        {
            await server.DisposeAsync();
        }

        _certificates.Dispose();
        _folder.Delete(recursive: true);
    }

    private Task<PeerServer> StartAsync(IPeer peer, CancellationToken cancellationToken)
    {
        var folder = _folder.CreateSubdirectory($"{peer.Name}-{++_places}");
        return peer.StartAsync(_arrange(new PeerPlace(_origin, folder.FullName, _certificates.Server)), cancellationToken);
    }
}
