using System.Text.Json;
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

    /// <summary>Adds tables to its registries.conf as they stand.</summary>
    public void AddConfiguration(string text) => _registries.Append(text);

    /// <param name="image">A full name with tag or digest, such as <c>127.0.0.1:5000/docker.io/library/hello:latest</c>.</param>
    public async Task<ClientPull> PullAsync(string image, ClientOptions? options = null)
    {
        var target = _folder.Combine($"pull-{Interlocked.Increment(ref _pulls)}");

        var result = await RunAsync(
            ["copy", "--insecure-policy", "--all", "--preserve-digests", .. Source(image, options, "src-"), $"docker://{image}", $"dir:{target}"]);
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

    /// <summary>The tags of a repository, as <c>skopeo list-tags</c> prints them.</summary>
    public async Task<IReadOnlyList<string>> ListTagsAsync(string repository, ClientOptions? options = null)
    {
        var listed = (await RunAsync(["list-tags", .. Source(repository, options, string.Empty), $"docker://{repository}"])).EnsureSuccess();
        return JsonSerializer.Deserialize<JsonElement>(listed.Output).GetProperty("Tags").Deserialize<string[]>() ?? [];
    }

    /// <summary>What <c>skopeo inspect</c> prints of an image: its Digest, RepoTags, Layers …</summary>
    public async Task<JsonElement> InspectAsync(string image, ClientOptions? options = null)
    {
        var inspected = (await RunAsync(["inspect", .. Source(image, options, string.Empty), $"docker://{image}"])).EnsureSuccess();
        return JsonSerializer.Deserialize<JsonElement>(inspected.Output);
    }

    public void Dispose() => _folder.Dispose();

    /// <param name="side">The prefix of the flags: <c>src-</c> where there is a destination too.</param>
    private List<string> Source(string image, ClientOptions? options, string side)
    {
        var arguments = new List<string>();
        if (options?.CaFile is { } caFile)
        {
            arguments.Add($"--{side}cert-dir={_registries.WriteAuthority(caFile)}");
        }
        else if (!image.StartsWith("docker.io/", StringComparison.Ordinal))
        {
            arguments.Add($"--{side}tls-verify=false");
        }

        if (options?.Credentials is { } credentials)
        {
            arguments.Add($"--{side}creds={credentials}");
        }

        return arguments;
    }

    // skopeo 1.9 does not read CONTAINERS_REGISTRIES_CONF, as podman does.
    private Task<RealProcessResult> RunAsync(IEnumerable<string> arguments) =>
        RealProcess.RunAsync(Program, [$"--registries-conf={_registries.FilePath}", .. arguments], _registries.Environment);
}
