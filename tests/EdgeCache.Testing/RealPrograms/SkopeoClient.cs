using EdgeCache.Core.Oci;

namespace EdgeCache.Testing.RealPrograms;

/// <summary>skopeo with files of its own: copies an image with all its platforms into a folder and hashes what it wrote.</summary>
public sealed class SkopeoClient : IDisposable
{
    public const string Program = "skopeo";

    private readonly TempFolder _folder = new();
    private readonly RegistriesConf _registries;
    private int _pulls;

    public SkopeoClient() => _registries = new RegistriesConf(_folder);

    /// <param name="location">Host and port, with a path where the mirror is addressed by one.</param>
    public void AddMirror(string registry, string location, bool isInsecure = true) => _registries.AddMirror(registry, location, isInsecure);

    /// <param name="image">A full name with tag or digest, such as <c>127.0.0.1:5000/docker.io/library/hello:latest</c>.</param>
    public async Task<ClientPull> PullAsync(string image, ClientOptions? options = null)
    {
        var target = _folder.Combine($"pull-{Interlocked.Increment(ref _pulls)}");

        // skopeo 1.9 does not read CONTAINERS_REGISTRIES_CONF, as podman does.
        List<string> arguments = [$"--registries-conf={_registries.FilePath}", "copy", "--insecure-policy", "--all", "--preserve-digests"];
        if (options?.CaFile is { } caFile)
        {
            arguments.Add($"--src-cert-dir={_registries.WriteAuthority(caFile)}");
        }
        else if (!image.StartsWith("docker.io/", StringComparison.Ordinal))
        {
            arguments.Add("--src-tls-verify=false");
        }

        if (options?.Credentials is { } credentials)
        {
            arguments.Add($"--src-creds={credentials}");
        }

        var result = await RealProcess.RunAsync(Program, [.. arguments, $"docker://{image}", $"dir:{target}"], _registries.Environment);
        if (result.ExitCode != 0)
        {
            return new ClientPull(default, result.All);
        }

        var content = new HashSet<Digest>();
        foreach (var file in Directory.EnumerateFiles(target).Where(file => Path.GetFileName(file) != "version"))
        {
            content.Add(Digest.Compute(await File.ReadAllBytesAsync(file)));
        }

        var digest = Digest.Compute(await File.ReadAllBytesAsync(Path.Combine(target, "manifest.json")));
        Directory.Delete(target, recursive: true);
        return new ClientPull(digest, result.All) { Content = content };
    }

    public void Dispose() => _folder.Dispose();
}
