using System.Globalization;
using EdgeCache.Load.Processes;
using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.Load.Peers;

/// <summary>nginx with <c>proxy_cache</c> and sendfile, from load/peers/nginx.conf.</summary>
internal sealed class NginxPeer : IPeer
{
    public const string Program = "nginx";

    public string Name => Program;

    public string? Missing => RealProgram.Find(Program) is null ? Program : null;

    public async Task<PeerServer> StartAsync(PeerPlace place, CancellationToken cancellationToken)
    {
        var (process, ports) = await PeerStart.RunAsync(2, ports => Start(place, ports), cancellationToken);
        return new PeerServer(Name, PeerStart.UrlOf("http", ports[0]), PeerStart.UrlOf("https", ports[1]), process.Id, process);
    }

    internal static string Configure(PeerPlace place, int port, int tlsPort) => ConfigTemplate.Render(ConfigTemplate.Read("nginx.conf"), new Dictionary<string, string>
    {
        // Started by root, the workers would be "nobody" and could not write into our folder.
        ["user"] = Environment.IsPrivilegedProcess ? "user root;" : "# The workers are whom the master is.",
        ["workers"] = Number(place.Workers),
        ["files"] = Number(place.Connections * 2),
        // One to the client, and while an object is missing one to the origin.
        ["connections"] = Number(place.Connections * 2),
        // Threads keep a worker awake while the disk is slow; from memory they only cost.
        ["aio"] = place.IsLargerThanMemory ? "threads" : "off",
        ["folder"] = place.Folder,
        ["cache_mebibytes"] = Number((place.CacheBytes >> 20) + 1024),
        ["certificate"] = place.Certificate.CertificateFile,
        ["certificate_key"] = place.Certificate.KeyFile,
        ["origin"] = place.Origin.Authority,
        ["port"] = Number(port),
        ["tls_port"] = Number(tlsPort),
    });

    private static ChildProcess Start(PeerPlace place, int[] ports)
    {
        var file = Path.Combine(place.Folder, "nginx.conf");
        File.WriteAllText(file, Configure(place, ports[0], ports[1]));
        return ChildProcess.Start([.. place.Launcher, RealProgram.Require(Program), "-p", place.Folder, "-e", "stderr", "-c", file], place.Folder);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
