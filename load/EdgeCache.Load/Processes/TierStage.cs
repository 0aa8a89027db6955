using EdgeCache.Testing.Network;

namespace EdgeCache.Load.Processes;

/// <summary>
/// Branch → region → registry: two nodes and an origin, each in a process of its own, with a link between each two; and beside them the same two links in
/// a row without nodes. The links are proxies in this process. One caller at a time.
/// </summary>
internal sealed class TierStage : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;

    /// <summary>In the order of their starts.</summary>
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly List<FaultProxy> _near = [];
    private readonly List<FaultProxy> _far = [];

    private TierStage(DirectoryInfo folder, OriginProcess origin)
    {
        (_folder, Origin, Registry, Region, Branch) = (folder, origin, origin.Catalog.Url, origin.Catalog.Url, origin.Catalog.Url);
        _parts.Add(origin);
    }

    public OriginProcess Origin { get; }

    /// <summary>The registry as the branch's place sees it: behind both links.</summary>
    public Uri Registry { get; private set; }

    /// <summary>The region's node, with no link before it.</summary>
    public Uri Region { get; private set; }

    /// <summary>The branch's node, with no link before it: its clients are beside it.</summary>
    public Uri Branch { get; private set; }

    public static async Task<TierStage> StartAsync(NodeSettings settings, StageContent content, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(settings.Folder, $"edgecache-load-{Guid.NewGuid():n}"));
        TierStage? stage = null;
        try
        {
            stage = new TierStage(folder, await OriginProcess.StartAsync(content, folder.FullName, cancellationToken));
            await stage.BuildAsync(settings, cancellationToken);
            return stage;
        }
        catch
        {
            await (stage is null ? RemoveAsync(folder) : stage.DisposeAsync());
            throw;
        }
    }

    /// <summary>How fast the links are from now on.</summary>
    /// <param name="near">Between branch and region.</param>
    /// <param name="far">Between region and registry.</param>
    public void SetLinks(LinkPace near, LinkPace far)
    {
        _near.ForEach(link => link.State = near.ToState());
        _far.ForEach(link => link.State = far.ToState());
    }

    public async ValueTask DisposeAsync()
    {
        for (var index = _parts.Count - 1; index >= 0; index--)
        {
            await _parts[index].DisposeAsync();
        }

        await RemoveAsync(_folder);
    }

    private static ValueTask RemoveAsync(DirectoryInfo folder)
    {
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task BuildAsync(NodeSettings settings, CancellationToken cancellationToken)
    {
        Registry = Link(_near, Link(_far, Origin.Catalog.Url));
        Region = await StartNodeAsync(settings, "region", Link(_far, Origin.Catalog.Url), cancellationToken);
        Branch = await StartNodeAsync(settings, "branch", Link(_near, Region), cancellationToken);
    }

    private async Task<Uri> StartNodeAsync(NodeSettings settings, string name, Uri upstream, CancellationToken cancellationToken)
    {
        var node = await NodeProcess.StartAsync(settings, upstream, _folder.CreateSubdirectory(name).FullName, cancellationToken);
        _parts.Add(node);
        return node.Url;
    }

    /// <summary>The target through one more link.</summary>
    private Uri Link(List<FaultProxy> links, Uri target)
    {
        var link = FaultProxy.Start(target);
        links.Add(link);
        _parts.Add(link);
        return link.UrlOf(target);
    }
}
