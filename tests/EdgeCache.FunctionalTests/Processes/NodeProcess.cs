using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.FunctionalTests.Processes;

/// <summary>The built node as a process of its own, which signals may end, with a client for it.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly RealProcess _process;

    private NodeProcess(RealProcess process, Uri pull, Uri admin)
    {
        _process = process;
        Pull = pull;
        Admin = admin;
        Client = new EdgeClient(pull);
    }

    public Uri Pull { get; }

    public Uri Admin { get; }

    public EdgeClient Client { get; }

    /// <summary>Memory that it has, as Linux counts it.</summary>
    public long ResidentBytes =>
        1024 * long.Parse(
            File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What it said so far, on both outputs.</summary>
    public string Output => _process.Output;

    /// <param name="settings">Environment variables, such as <c>EDGECACHE__DRAIN__DELAY</c>.</param>
    public static Task<NodeProcess> StartAsync(
        FakeOrigin origin, TempFolder cache, IReadOnlyDictionary<string, string?>? settings = null, params string[] arguments) =>
        StartAsync(origin, cache, "dotnet", [], settings, arguments);

    /// <summary>With so many descriptors at most; needs prlimit.</summary>
    public static Task<NodeProcess> StartAsync(FakeOrigin origin, TempFolder cache, int openFiles) =>
        StartAsync(origin, cache, "prlimit", [$"--nofile={openFiles}:{openFiles}", "dotnet"], null, []);

    private static async Task<NodeProcess> StartAsync(
        FakeOrigin origin, TempFolder cache, string program, string[] before, IReadOnlyDictionary<string, string?>? settings, string[] arguments)
    {
        // A flag would replace the file's upstream whole, its credentials included.
        string[] upstream = arguments.Contains("--config") ? [] : ["--upstream", $"docker.io={origin.Url}"];
        string[] listen = arguments.Contains("--listen") ? [] : ["--listen", "http://127.0.0.1:0"];
        var process = RealProcess.Start(
            program,
            [
                .. before, Path.Combine(AppContext.BaseDirectory, "edgecache.dll"), "node", .. listen, "--admin", "http://127.0.0.1:0",
                "--cache", cache.Path, .. upstream, .. arguments,
            ],
            settings);
        try
        {
            var pull = await AddressAsync(process, 0);
            return new NodeProcess(process, pull, await AddressAsync(process, 1));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public void Signal(int number) => _process.Signal(number);

    /// <summary>SIGKILL, and waits for the end.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await EndAsync();
    }

    /// <summary>Waits for the end; the exit code.</summary>
    public async Task<int> EndAsync() => (await _process.WaitAsync(TimeSpan.FromSeconds(60))).ExitCode;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
    }

    /// <summary>The address of the listener that is announced at this place; the pull listener comes first.</summary>
    private static async Task<Uri> AddressAsync(RealProcess process, int index)
    {
        const string Announcement = "listening on ";
        var seen = 0;
        var line = await process.WaitForLineAsync(line => line.StartsWith(Announcement, StringComparison.Ordinal) && seen++ == index);
        return new Uri(line[Announcement.Length..]);
    }
}
