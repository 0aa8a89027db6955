using EdgeCache.Load.Http;

namespace EdgeCache.Load.Processes;

/// <summary>An origin and an edge node in front of it, each in a process of its own, with an empty cache that goes with them. One caller at a time.</summary>
internal sealed class LoadStage : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly NodeProcess _node;

    private LoadStage(DirectoryInfo folder, OriginProcess origin, NodeProcess node)
    {
        (_folder, Origin, _node) = (folder, origin, node);
    }

    public OriginProcess Origin { get; }

    public LoadTarget Target => new(_node.Url, _node.Id, new Uri(_node.AdminUrl, "/metrics"));

    public static async Task<LoadStage> StartAsync(NodeSettings settings, StageContent content, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(settings.Folder, $"edgecache-load-{Guid.NewGuid():n}"));
        OriginProcess? origin = null;
        try
        {
            origin = await OriginProcess.StartAsync(content, folder.FullName, cancellationToken);
            var node = await NodeProcess.StartAsync(settings, origin.Catalog.Url, folder.FullName, cancellationToken);
            return new LoadStage(folder, origin, node);
        }
        catch
        {
            if (origin is not null)
            {
                await origin.DisposeAsync();
            }

            folder.Delete(recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await Origin.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
