using EdgeCache.Load.Peers;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>A closed loop on cached blobs, chosen by chance, that together are several times the memory that the server and its page cache may take.</summary>
internal sealed class WorkingSetCell(string name, IReadOnlyList<Wanted> blobs, CellBench bench) : ICell
{
    private const int Connections = 8;

    /// <summary>A disk needs longer than memory for figures that stand.</summary>
    private const int DurationFactor = 2;

    public string Name => name;

    public int MaxRounds => int.MaxValue;

    public async Task PrepareAsync(PeerServer server, CancellationToken cancellationToken)
    {
        foreach (var blob in blobs)
        {
            await bench.Check.EnsureHitAsync(server, blob, cancellationToken);
        }

        await bench.WarmUp.RunAsync(server, window => RunAsync(window, cancellationToken));
    }

    public async Task<CellMeasure> MeasureAsync(PeerServer server, int round, CancellationToken cancellationToken)
    {
        var before = await bench.Origin.CountAsync(cancellationToken);
        var result = await RunAsync(new LoopWindow(server, bench.Settings.WarmUp, bench.Settings.Duration * DurationFactor), cancellationToken);
        var asked = (await bench.Origin.CountAsync(cancellationToken)).Requests - before.Requests;
        return LoopFigures.Of(result, blobs[0].SizeBytes, asked, (FigureKind.Headline, FigureKind.Memory));
    }

    private async Task<LoopResult> RunAsync(LoopWindow window, CancellationToken cancellationToken)
    {
        using var loop = new DiscardLoop([.. blobs.Select(blob => blob.CreateRequest(window.Server.Url))], 200, bench.Settings.Copies);
        await loop.ConnectAsync(window.Server.Url, Connections, cancellationToken);
        return await loop.RunAsync(window, cancellationToken);
    }
}
