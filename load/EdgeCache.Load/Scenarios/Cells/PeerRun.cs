using EdgeCache.Load.Peers;
using EdgeCache.Load.Processes;
using EdgeCache.Load.Workload;
using EdgeCache.Testing.Network;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>Starts origins and servers for the cells that need the same ones, and measures those. One call at a time.</summary>
/// <param name="folder">Where everything is kept meanwhile.</param>
/// <param name="arrange">Completes a place for a peer.</param>
/// <param name="output">Where samples are added, also those of a run that is ended; and one line a cell.</param>
internal sealed class PeerRun(
    IReadOnlyList<IPeer> peers, BenchSettings settings, string folder, Func<PeerPlace, PeerPlace> arrange, (List<CellSample> Samples, TextWriter Progress) output)
{
    /// <summary>The cells of single objects: without a limit of memory, and then with one.</summary>
    public async Task RunObjectsAsync(CellCatalog catalog, CancellationToken cancellationToken)
    {
        if (!catalog.HasObjects)
        {
            return;
        }

        await using var origin = await OriginProcess.StartAsync(catalog.Content, folder, cancellationToken);
        await RunAsync(origin, origin.Catalog.Url, catalog.Create(origin, 0), arrange, cancellationToken);
        if (catalog.MemoryBytes > 0)
        {
            using var groups = new MemoryGroups(catalog.MemoryBytes);
            await RunAsync(origin, origin.Catalog.Url, catalog.Create(origin, catalog.MemoryBytes), place => groups.Limit(arrange(place)), cancellationToken);
        }
    }

    /// <summary>A cell of whole images, over its link.</summary>
    public async Task RunPullsAsync(PullPlan plan, CancellationToken cancellationToken)
    {
        var content = plan.ContentFor(settings.Rounds);
        await using var origin = await OriginProcess.StartAsync(new StageContent([]) { Synthetic = content }, folder, cancellationToken);
        var cell = new PullCell(plan.Name, ImageChoice.ImagesOf(content), origin, settings);
        if (plan.Link is not { } pace)
        {
            await RunAsync(origin, origin.Catalog.Url, [cell], arrange, cancellationToken);
            return;
        }

        await using var link = FaultProxy.Start(origin.Catalog.Url);
        link.State = pace.ToState();
        await RunAsync(origin, link.UrlOf(origin.Catalog.Url), [cell], arrange, cancellationToken);
    }

    /// <param name="url">Where the origin is for the servers.</param>
    private async Task RunAsync(
        OriginProcess origin, Uri url, IReadOnlyList<ICell> cells, Func<PeerPlace, PeerPlace> arrangeAll, CancellationToken cancellationToken)
    {
        if (cells.Count > 0)
        {
            await using var stage = await PeerStage.StartAsync(peers, url, folder, arrangeAll, cancellationToken);
            await new PeerBench(stage, origin, settings.Rounds, output).RunAsync(cells, cancellationToken);
        }
    }
}
