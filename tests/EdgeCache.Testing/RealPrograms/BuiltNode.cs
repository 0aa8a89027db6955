namespace EdgeCache.Testing.RealPrograms;

/// <summary>The built <c>edgecache</c> as a process of its own, started by its command line alone, which signals may end. Owned by who starts it.</summary>
internal sealed class BuiltNode : IAsyncDisposable
{
    private const string Announcement = "listening on ";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly RealProcess _process;

    private BuiltNode(RealProcess process, Uri pull, Uri admin)
    {
        _process = process;
        Pull = pull;
        Admin = admin;
    }

    /// <summary>The first pull listener.</summary>
    public Uri Pull { get; }

    public Uri Admin { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it said so far, on both outputs.</summary>
    public string Output => _process.Output;

    /// <summary>Starts it and waits until it names its listeners, the pull listener first.</summary>
    public static Task<BuiltNode> StartAsync(params string[] arguments) => StartAsync([], arguments);

    /// <param name="launcher">What comes before <c>dotnet</c> on the command line, such as prlimit with its arguments.</param>
    /// <param name="settings">Environment variables, such as <c>EDGECACHE__DRAIN__DELAY</c>.</param>
    /// <exception cref="InvalidOperationException">It ended instead; the message has what it said.</exception>
    public static async Task<BuiltNode> StartAsync(
        IReadOnlyList<string> launcher, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? settings = null)
    {
        List<string> command = [.. launcher, "dotnet", Path.Combine(AppContext.BaseDirectory, "edgecache.dll"), .. arguments];
        var process = RealProcess.Start(command[0], command.Skip(1), settings);
        try
        {
            var pull = await AddressAsync(process, 0);
            return new BuiltNode(process, pull, await AddressAsync(process, 1));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public void Signal(int number) => _process.Signal(number);

    /// <summary>Ends it with SIGTERM; gives its exit code.</summary>
    public Task<int> StopAsync()
    {
        _process.Terminate();
        return EndAsync();
    }

    /// <summary>Ends it with SIGKILL.</summary>
    public Task KillAsync()
    {
        _process.Kill();
        return EndAsync();
    }

    /// <summary>Waits for the end; the exit code.</summary>
    public async Task<int> EndAsync() => (await _process.WaitAsync(Patience)).ExitCode;

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>The address of the listener that is announced at this place.</summary>
    private static async Task<Uri> AddressAsync(RealProcess process, int index)
    {
        var seen = 0;
        var line = await process.WaitForLineAsync(line => line.StartsWith(Announcement, StringComparison.Ordinal) && seen++ == index, Patience);
        return new Uri(line[Announcement.Length..]);
    }
}
