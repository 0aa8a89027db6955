using EdgeCache.Core.Affinity;
using EdgeCache.Core.Oci;
using EdgeCache.FunctionalTests.Processes;
using EdgeCache.Testing;
using EdgeCache.Testing.Network;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Fleet;

/// <summary>A fleet of processes. Owned by the test.</summary>
/// <param name="settings">Environment variables besides the usual, or in their place; a null value removes one.</param>
internal sealed class FleetProcesses(FakeOrigin origin, string[] urls, IReadOnlyDictionary<string, string?> settings) : IAsyncDisposable
{
    private const int SigTerm = 15;

    /// <summary>Their clients may be in use still.</summary>
    private readonly List<NodeProcess> _ended = [];

    private readonly TempFolder[] _caches = Array.ConvertAll(urls, _ => new TempFolder());

    public NodeProcess[] Nodes { get; private set; } = [];

    /// <summary>Their addresses, in their order.</summary>
    public Uri[] Urls { get; } = Array.ConvertAll(urls, url => new Uri(url));

    public static async Task<FleetProcesses> StartAsync(FakeOrigin origin, int count, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var fleet = new FleetProcesses(origin, Array.ConvertAll(FreePorts.Take(count), port => $"http://127.0.0.1:{port}"), settings ?? new Dictionary<string, string?>());
        for (var index = 0; index < count; index++)
        {
            fleet.Nodes = [.. fleet.Nodes, await fleet.StartAsync(index)];
        }

        await fleet.AllSeeAllAsync();
        return fleet;
    }

    /// <summary>Ends a node as an upgrade does, and starts it again on its cache.</summary>
    public async Task RestartAsync(int index)
    {
        Nodes[index].Signal(SigTerm);
        Assert.Equal(0, await Nodes[index].EndAsync());
        _ended.Add(Nodes[index]);
        Nodes[index] = await StartAsync(index);
        await AllSeeAllAsync();
    }

    /// <summary>SIGKILL, and a new start on what the cache's folder holds then.</summary>
    public async Task KillAndStartAsync(int index)
    {
        await Nodes[index].KillAsync();
        _ended.Add(Nodes[index]);
        Nodes[index] = await StartAsync(index);
        await AllSeeAllAsync();
    }

    public NodeProcess HomeOf(Digest digest) =>
        Nodes.MaxBy(node => Rendezvous.Score(AffinityKey.Of(digest), Rendezvous.HashOf(node.Pull.GetLeftPart(UriPartial.Authority)), 1))!;

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _ended.Concat(Nodes))
        {
            await node.DisposeAsync();
        }

        Array.ForEach(_caches, cache => cache.Dispose());
    }

    private Task<NodeProcess> StartAsync(int index)
    {
        var all = new Dictionary<string, string?>
        {
            ["EDGECACHE__FLEET__SELF"] = urls[index],
            ["EDGECACHE__FLEET__MEMBERS"] = string.Join(',', urls),
            ["EDGECACHE__FLEET__SECRET"] = FleetFixture.Secret,
            ["EDGECACHE__DRAIN__DELAY"] = "1s",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return NodeProcess.StartAsync(origin, _caches[index], all, "--listen", urls[index]);
    }

    /// <summary>Waits until each that took another for dead has found it ready again.</summary>
    private Task AllSeeAllAsync() => Eventually.TrueAsync(() => Nodes.All(node => urls.All(url => IsReady(node.Output.Split('\n'), url))));

    private static bool IsReady(string[] lines, string url) =>
        Array.FindLast(lines, line => line.Contains(url + " was ", StringComparison.Ordinal))?.Contains("and is Ready", StringComparison.Ordinal) ?? true;
}
