using EdgeCache.Configuration;
using EdgeCache.Load.Http;
using EdgeCache.Testing.Network;

namespace EdgeCache.Load.Processes;

/// <summary>
/// An origin, a link to it, nodes with empty caches and, where there are several, a balancer before them: each but the link in a process of its own. The
/// origin may be asked while something else is done; otherwise one caller at a time.
/// </summary>
internal sealed class RunStage : IAsyncDisposable
{
    private readonly SemaphoreSlim _asking = new(1);
    private readonly DirectoryInfo _folder;
    private readonly OriginProcess _origin;
    private readonly FaultProxy? _link;
    private readonly NodeSettings _settings;

    /// <summary>In their places; null where one was killed. Read while an event of the run writes to it.</summary>
    private readonly NodeProcess?[] _nodes;
    private readonly Uri[] _addresses;
    private BalancerProcess? _balancer;

    private RunStage(DirectoryInfo folder, OriginProcess origin, NodeSettings settings, int nodes, LinkPace? link)
    {
        (_nodes, _addresses) = (new NodeProcess?[nodes], new Uri[nodes]);
        (_folder, _origin, _settings) = (folder, origin, settings);
        if (link is not null)
        {
            _link = FaultProxy.Start(origin.Catalog.Url);
            _link.State = link.ToState();
        }
    }

    /// <summary>Where clients pull from.</summary>
    public Uri Target => _balancer?.Url ?? _addresses[0];

    /// <summary>The nodes that run.</summary>
    public IReadOnlyList<LoadTarget> Nodes =>
        [.. _nodes.OfType<NodeProcess>().Select(node => new LoadTarget(node.Url, node.Id, new Uri(node.AdminUrl, "/metrics")))];

    /// <summary>The limit of each node's cache.</summary>
    public long CacheBytes => ByteSize.TryParse(_settings.CacheLimit, out var bytes) ? bytes : throw new InvalidOperationException($"{_settings.CacheLimit} is no size.");

    public int OriginProcessId => _origin.Id;

    /// <summary>Whether a node was killed: what it had counted last is lost.</summary>
    public bool HasLostNode { get; private set; }

    /// <param name="choose">Makes the nodes' settings when the origin's content is known.</param>
    public static async Task<RunStage> StartAsync(
        string parent, StageContent content, Func<OriginCatalog, NodeSettings> choose, int nodes, LinkPace? link, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(parent, $"edgecache-load-{Guid.NewGuid():n}"));
        RunStage? stage = null;
        try
        {
            var origin = await OriginProcess.StartAsync(content, folder.FullName, cancellationToken);
            stage = new RunStage(folder, origin, choose(origin.Catalog), nodes, link);
            for (var index = 0; index < nodes; index++)
            {
                await stage.StartNodeAsync(index, stage._settings, cancellationToken);
            }

            if (nodes > 1)
            {
                stage._balancer = await BalancerProcess.StartAsync(stage._settings, origin.Catalog.Url, stage._addresses, folder.FullName, cancellationToken);
            }

            return stage;
        }
        catch
        {
            await (stage is null ? Remove(folder) : stage.DisposeAsync());
            throw;
        }
    }

    public Task<OriginCounts> CountAsync(CancellationToken cancellationToken) => AskAsync(_origin.CountAsync, cancellationToken);

    /// <returns>How many images have a new version.</returns>
    public Task<int> DeployAsync(double share, CancellationToken cancellationToken) => AskAsync(token => _origin.DeployAsync(share, token), cancellationToken);

    /// <summary>The origin answers nobody from now on.</summary>
    public Task StopOriginAsync(CancellationToken cancellationToken) => AskAsync(token => DoneAsync(_origin.StopAsync(token)), cancellationToken);

    public Task StartOriginAsync(CancellationToken cancellationToken) => AskAsync(token => DoneAsync(_origin.StartAgainAsync(token)), cancellationToken);

    /// <summary>SIGKILL.</summary>
    public async Task KillNodeAsync(int index, CancellationToken cancellationToken)
    {
        if (_nodes[index] is { } node)
        {
            HasLostNode = true;
            _nodes[index] = null;
            await node.KillAsync(cancellationToken);
            await node.DisposeAsync();
        }
    }

    /// <summary>Starts a killed node again at its address, on what its cache's folder holds.</summary>
    public Task RestartNodeAsync(int index, CancellationToken cancellationToken) =>
        StartNodeAsync(index, _settings with { Listen = _addresses[index] }, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_balancer is not null)
        {
            await _balancer.DisposeAsync();
        }

        foreach (var node in _nodes.OfType<NodeProcess>())
        {
            await node.DisposeAsync();
        }

        if (_link is not null)
        {
            await _link.DisposeAsync();
        }

        await _origin.DisposeAsync();
        _asking.Dispose();
        await Remove(_folder);
    }

    private static ValueTask Remove(DirectoryInfo folder)
    {
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<bool> DoneAsync(Task task)
    {
        await task;
        return true;
    }

    private async Task StartNodeAsync(int index, NodeSettings settings, CancellationToken cancellationToken)
    {
        var folder = _folder.CreateSubdirectory($"node-{index}").FullName;
        var upstream = _link?.UrlOf(_origin.Catalog.Url) ?? _origin.Catalog.Url;
        var node = await NodeProcess.StartAsync(settings, upstream, folder, cancellationToken);
        (_nodes[index], _addresses[index]) = (node, node.Url);
    }

    private async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            return await ask(cancellationToken);
        }
        finally
        {
            _asking.Release();
        }
    }
}
