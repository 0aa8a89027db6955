using EdgeCache.Demo;

namespace EdgeCache.Testing.RealPrograms;

/// <summary>
/// A store of <c>docker-registry</c> that is filled once with the sample images: a class or collection fixture. Filled at the first start of a
/// registry, so that it does no harm where the program is missing. Safe for concurrent use.
/// </summary>
public sealed class DockerRegistryStore : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Lazy<Task> _filled;

    public DockerRegistryStore() => _filled = new Lazy<Task>(FillAsync);

    /// <summary>What is in it.</summary>
    public IReadOnlyList<SampleRepository> Images { get; } = SampleImages.CreateAll(seed: 1, largeLayerBytes: 4 * 1024 * 1024);

    public SampleRepository this[string name] => Images.Single(repository => repository.Name.Value == name);

    /// <summary>A registry over this store, which is the caller's to dispose.</summary>
    public async Task<DockerRegistry> StartRegistryAsync(DockerRegistryOptions? options = null)
    {
        await _filled.Value;
        return await DockerRegistry.StartAsync(_folder.Path, options);
    }

    public void Dispose() => _folder.Dispose();

    private async Task FillAsync()
    {
        await using var registry = await DockerRegistry.StartAsync(_folder.Path);
        using var client = new HttpClient();
        var push = new RegistryPush(client, registry.Url);
        foreach (var repository in Images)
        {
            await push.PushAsync(repository, CancellationToken.None);
        }
    }
}
