using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>The built <c>edgecache</c> as a process, started by its command line alone. Owned by the test.</summary>
internal sealed class RealNodeProcess : IAsyncDisposable
{
    private const string Announcement = "listening on ";

    private readonly RealProcess _process;

    private RealNodeProcess(RealProcess process, Uri url, Uri admin)
    {
        _process = process;
        Url = url;
        Admin = admin;
    }

    /// <summary>The first pull listener.</summary>
    public Uri Url { get; }

    public Uri Admin { get; }

    public string Output => _process.Output;

    /// <summary>Starts it and waits until it names both of its listeners, the pull listener first.</summary>
    public static async Task<RealNodeProcess> StartAsync(params string[] arguments)
    {
        var process = RealProcess.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "edgecache.dll"), .. arguments]);
        try
        {
            var pull = await process.WaitForLineAsync(line => line.StartsWith(Announcement, StringComparison.Ordinal), TimeSpan.FromMinutes(1));
            var admin = await process.WaitForLineAsync(line => line.StartsWith(Announcement, StringComparison.Ordinal) && line != pull);
            return new RealNodeProcess(process, new Uri(pull[Announcement.Length..]), new Uri(admin[Announcement.Length..]));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it with SIGTERM; gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        _process.Terminate();
        return (await _process.WaitAsync(TimeSpan.FromMinutes(1))).ExitCode;
    }

    /// <summary>Ends it with SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitAsync(TimeSpan.FromMinutes(1));
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
