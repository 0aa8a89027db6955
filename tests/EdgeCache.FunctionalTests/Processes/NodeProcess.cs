using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.FunctionalTests.Processes;

/// <summary>A <see cref="BuiltNode"/> in front of an origin, on a folder, with a client for it.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly BuiltNode _node;

    private NodeProcess(BuiltNode node)
    {
        _node = node;
        Client = new EdgeClient(node.Pull);
    }

    public Uri Pull => _node.Pull;

    public Uri Admin => _node.Admin;

    public EdgeClient Client { get; }

    /// <summary>Memory that it has, as Linux counts it.</summary>
    public long ResidentBytes =>
        1024 * long.Parse(
            File.ReadLines($"/proc/{_node.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What it said so far, on both outputs.</summary>
    public string Output => _node.Output;

    /// <param name="settings">Environment variables, such as <c>EDGECACHE__DRAIN__DELAY</c>.</param>
    public static Task<NodeProcess> StartAsync(
        FakeOrigin origin, TempFolder cache, IReadOnlyDictionary<string, string?>? settings = null, params string[] arguments) =>
        StartAsync(origin, cache, [], settings, arguments);

    /// <summary>With so many descriptors at most; needs prlimit.</summary>
    public static Task<NodeProcess> StartAsync(FakeOrigin origin, TempFolder cache, int openFiles) =>
        StartAsync(origin, cache, ["prlimit", $"--nofile={openFiles}:{openFiles}"], null, []);

    private static async Task<NodeProcess> StartAsync(
        FakeOrigin origin, TempFolder cache, string[] launcher, IReadOnlyDictionary<string, string?>? settings, string[] arguments)
    {
        // A flag would replace the file's upstream whole, its credentials included.
        string[] upstream = arguments.Contains("--config") ? [] : ["--upstream", $"docker.io={origin.Url}"];
        string[] listen = arguments.Contains("--listen") ? [] : ["--listen", "http://127.0.0.1:0"];
        return new NodeProcess(await BuiltNode.StartAsync(
            launcher, ["node", .. listen, "--admin", "http://127.0.0.1:0", "--cache", cache.Path, .. upstream, .. arguments], settings));
    }

    public void Signal(int number) => _node.Signal(number);

    /// <summary>SIGKILL, and waits for the end.</summary>
    public Task KillAsync() => _node.KillAsync();

    /// <summary>Waits for the end; the exit code.</summary>
    public Task<int> EndAsync() => _node.EndAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _node.DisposeAsync();
    }
}
