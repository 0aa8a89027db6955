using System.Globalization;
using EdgeCache.Load.Processes;
using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.Load.Peers;

/// <summary>docker-registry as a pull-through proxy, from load/peers/docker-registry.yml. Its one listener is measured without TLS.</summary>
internal sealed class DockerRegistryPeer : IPeer
{
    public string Name => DockerRegistry.Program;

    public string? Missing => RealProgram.Find(DockerRegistry.Program) is null ? DockerRegistry.Program : null;

    public async Task<PeerServer> StartAsync(PeerPlace place, CancellationToken cancellationToken)
    {
        var (process, ports) = await PeerStart.RunAsync(1, ports => Start(place, ports[0]), cancellationToken);
        return new PeerServer(Name, PeerStart.UrlOf("http", ports[0]), null, process.Id, process);
    }

    internal static string Configure(PeerPlace place, int port) => ConfigTemplate.Render(ConfigTemplate.Read("docker-registry.yml"), new Dictionary<string, string>
    {
        ["folder"] = place.Folder,
        ["port"] = port.ToString(CultureInfo.InvariantCulture),
        ["origin"] = place.Origin.AbsoluteUri.TrimEnd('/'),
    });

    private static ChildProcess Start(PeerPlace place, int port)
    {
        var file = Path.Combine(place.Folder, "docker-registry.yml");
        File.WriteAllText(file, Configure(place, port));
        return ChildProcess.Start([.. place.Launcher, RealProgram.Require(DockerRegistry.Program), "serve", file], place.Folder);
    }
}
