using System.Globalization;
using EdgeCache.Load.Processes;
using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.Load.Peers;

/// <summary>Varnish, from load/peers/varnish.vcl: objects in memory, or in a mapped file where they are larger than it. It speaks no TLS.</summary>
internal sealed class VarnishPeer : IPeer
{
    public const string Program = "varnishd";

    public string Name => "varnish";

    public string? Missing => RealProgram.Find(Program) is null ? Program : null;

    public async Task<PeerServer> StartAsync(PeerPlace place, CancellationToken cancellationToken)
    {
        var (process, ports) = await PeerStart.RunAsync(1, ports => Start(place, ports[0]), cancellationToken);
        return new PeerServer(Name, PeerStart.UrlOf("http", ports[0]), null, process.Id, process);
    }

    internal static string Configure(PeerPlace place) => ConfigTemplate.Render(ConfigTemplate.Read("varnish.vcl"), new Dictionary<string, string>
    {
        ["origin_host"] = place.Origin.Host,
        ["origin_port"] = place.Origin.Port.ToString(CultureInfo.InvariantCulture),
    });

    private static ChildProcess Start(PeerPlace place, int port)
    {
        var file = Path.Combine(place.Folder, "varnish.vcl");
        File.WriteAllText(file, Configure(place));
        var size = string.Create(CultureInfo.InvariantCulture, $"{(place.CacheBytes >> 20) + 512}m");
        var storage = place.IsLargerThanMemory ? $"file,{Path.Combine(place.Folder, "storage")},{size}" : $"malloc,{size}";
        return ChildProcess.Start(
            [
                .. place.Launcher, RealProgram.Require(Program), "-F", "-n", Path.Combine(place.Folder, "varnish"), "-f", file,
                "-a", $"127.0.0.1:{port}", "-s", storage,
                // No jail, no administration port: it runs as who started it, for minutes.
                "-j", "none", "-T", "none",
                "-p", "timeout_idle=3600", "-p", "idle_send_timeout=600", "-p", "send_timeout=3600", "-p", "http_gzip_support=off",
                "-p", $"thread_pool_max={Math.Max(5000, place.Connections)}",
            ],
            place.Folder);
    }
}
