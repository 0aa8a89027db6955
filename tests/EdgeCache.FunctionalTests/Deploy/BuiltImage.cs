using System.Text.Json;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.FunctionalTests.Deploy;

/// <summary>
/// The image that the Dockerfile makes, built once by buildah, both stages, without a network. The two base images are stood in for by an
/// empty one into which this machine's <c>/usr</c>, SDK and NuGet packages are mounted while it builds and runs; what is in the real ones is
/// not tested. A class fixture: built at its first use, so that it does no harm where the programs are missing.
/// </summary>
public sealed class BuiltImage : IAsyncDisposable, IDisposable
{
    public const string Buildah = "buildah";
    public const string Podman = PodmanClient.Program;
    public const string Runtime = "runc";

    private const string Name = "edgecache:test";
    private const string DotnetRoot = "/dotnet";
    private const string Packages = "/nuget";

    // By the names that the Dockerfile gives them.
    private static readonly string[] Bases = ["mcr.microsoft.com/dotnet/sdk:10.0", "mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled"];

    private readonly TempFolder _folder = new();
    private readonly Lazy<Task> _built;

    public BuiltImage() => _built = new Lazy<Task>(BuildAsync);

    /// <summary>Its configuration in Docker's format.</summary>
    public async Task<JsonElement> ReadConfigurationAsync()
    {
        await _built.Value;
        var inspected = (await RealProcess.RunAsync(Buildah, [.. Storage(), "inspect", "--type", "image", Name])).EnsureSuccess();
        return JsonSerializer.Deserialize<JsonElement>(inspected.Output).GetProperty("Docker").GetProperty("config").Clone();
    }

    /// <summary>
    /// Starts a container of it in the foreground: a signal to the process is one to the program. Read-only, without capabilities, with
    /// nothing set but what the image says.
    /// </summary>
    /// <param name="options">Further flags of <c>podman run</c>.</param>
    /// <param name="arguments">What follows the image's name.</param>
    public async Task<RealProcess> RunAsync(string name, IEnumerable<string> options, IEnumerable<string> arguments)
    {
        await _built.Value;
        return RealProcess.Start(
            Podman,
            [
                .. PodmanFlags(), "run", "--rm", "--name", name, "--runtime", RealProgram.Require(Runtime), "--pull=never",
                "--read-only", "--read-only-tmpfs=false", "--cap-drop=all", "--security-opt=no-new-privileges",
                "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024", .. Mounts(), .. options, Name, .. arguments,
            ]);
    }

    /// <summary>Runs the image's own health check in a container.</summary>
    public Task<RealProcessResult> CheckHealthAsync(string name) => RealProcess.RunAsync(Podman, [.. PodmanFlags(), "healthcheck", "run", name]);

    public async ValueTask DisposeAsync()
    {
        if (_built.IsValueCreated)
        {
            // Containers of this storage alone: what a failed test has left.
            await RealProcess.RunAsync(Podman, [.. PodmanFlags(), "rm", "--all", "--force", "--volumes", "--time", "1"]);
        }

        _folder.Dispose();
    }

    // xunit 2 disposes fixtures by this one.
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async Task BuildAsync()
    {
        WriteRoot();
        var standIn = _folder.Write("Containerfile", $"""
            FROM scratch
            COPY root /
            ENV PATH={DotnetRoot}:/usr/bin:/bin DOTNET_ROOT={DotnetRoot} NUGET_PACKAGES={Packages} DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

            """);
        await BuildAsync(Bases.SelectMany(name => new[] { "--tag", name }), standIn, _folder.Path);
        await BuildAsync(["--tag", Name], Path.Combine(DeployFiles.Root, "Dockerfile"), DeployFiles.Root);
    }

    private async Task BuildAsync(IEnumerable<string> tags, string file, string context) => (await RealProcess.RunAsync(
        Buildah,
        [.. Storage(), "bud", "--isolation=chroot", "--format=docker", "--pull-never", "--quiet", .. Mounts(), .. tags, "--file", file, context],
        timeout: TimeSpan.FromMinutes(5))).EnsureSuccess();

    /// <summary>A root file system with nothing in it but what the mounts need, the two users, and a NuGet without sources.</summary>
    private void WriteRoot()
    {
        foreach (var folder in new[] { "usr", "root", DotnetRoot[1..], Packages[1..], "tmp" })
        {
            _folder.CreateFolder("root", folder);
        }

        foreach (var link in new[] { "bin", "lib", "lib64" })
        {
            File.CreateSymbolicLink(_folder.Combine("root", link), $"usr/{link}");
        }

        _folder.Write("root/etc/passwd", "root:x:0:0::/root:/bin/sh\napp:x:1654:1654::/home/app:/bin/false\n");
        _folder.Write("root/etc/group", "root:x:0:\napp:x:1654:\n");

        // buildah runs its steps with the home folder that passwd has, or with the root.
        foreach (var home in new[] { "root/root", "root" })
        {
            _folder.Write($"{home}/.nuget/NuGet/NuGet.Config", "<configuration><packageSources><clear /></packageSources></configuration>");
        }
    }

    private static IReadOnlyList<string> Mounts()
    {
        // …/shared/Microsoft.NETCore.App/10.0.x
        var dotnet = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..")); // The runtime is in a folder.
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return ["--volume=/usr:/usr:ro", $"--volume={dotnet}:{DotnetRoot}:ro", $"--volume={packages}:{Packages}:ro"];
    }

    private IReadOnlyList<string> Storage() =>
        [$"--root={_folder.Combine("storage")}", $"--runroot={_folder.Combine("runroot")}", "--storage-driver=vfs"];

    private IReadOnlyList<string> PodmanFlags() =>
        [.. Storage(), $"--tmpdir={_folder.CreateFolder("libpod")}", "--events-backend=none", "--cgroup-manager=cgroupfs"];
}
