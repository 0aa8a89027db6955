using EdgeCache.Core.Oci;

namespace EdgeCache.Testing.RealPrograms;

/// <summary>podman with a store of its own (vfs, which needs no kernel support): pulls and unpacks the image of this machine's platform.</summary>
public sealed class PodmanClient : IDisposable
{
    public const string Program = "podman";

    private readonly TempFolder _folder = new();
    private readonly RegistriesConf _registries;

    public PodmanClient() => _registries = new RegistriesConf(_folder);

    /// <param name="location">Host and port, with a path where the mirror is addressed by one.</param>
    public void AddMirror(string registry, string location, bool isInsecure = true) => _registries.AddMirror(registry, location, isInsecure);

    /// <summary>Adds tables to its registries.conf as they stand.</summary>
    public void AddConfiguration(string text) => _registries.Append(text);

    /// <summary>Pulls, whatever the store has already.</summary>
    public async Task<ClientPull> PullAsync(string image, ClientOptions? options = null)
    {
        List<string> arguments = ["pull", "--quiet"];
        if (options?.CaFile is { } caFile)
        {
            arguments.Add($"--cert-dir={_registries.WriteAuthority(caFile)}");
        }
        else if (!image.StartsWith("docker.io/", StringComparison.Ordinal))
        {
            arguments.Add("--tls-verify=false");
        }

        if (options?.Credentials is { } credentials)
        {
            arguments.Add($"--creds={credentials}");
        }

        var pulled = await RunAsync([.. arguments, image]);
        if (pulled.ExitCode != 0)
        {
            return new ClientPull(default, pulled.All);
        }

        var inspected = (await RunAsync(["image", "inspect", "--format={{.Digest}}", image])).EnsureSuccess();
        return new ClientPull(Digest.Parse(inspected.Output.Trim()), pulled.All);
    }

    /// <summary>Forgets every image, so that the next pull asks for every layer.</summary>
    public async Task RemoveAllAsync() => (await RunAsync(["rmi", "--all", "--force"])).EnsureSuccess();

    public void Dispose() => _folder.Dispose();

    private Task<RealProcessResult> RunAsync(IEnumerable<string> arguments) => RealProcess.RunAsync(
        Program,
        [
            $"--root={_folder.Combine("root")}",
            $"--runroot={_folder.Combine("runroot")}",
            $"--tmpdir={_folder.CreateFolder("libpod")}",
            "--storage-driver=vfs",
            "--events-backend=none",
            "--cgroup-manager=cgroupfs",
            .. arguments,
        ],
        _registries.Environment);
}
