using EdgeCache.Load.Http;
using EdgeCache.Load.Peers;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>A closed loop on one cached object.</summary>
internal sealed class HitCell(string name, Wanted wanted, HitLoad load, CellBench bench) : ICell
{
    /// <summary>Where the memory of a connection shows.</summary>
    private const int ManyConnections = 64;

    /// <summary>
    /// How much all connections together ask for at once that one window measures whole. The beginning of larger ones is not what lasts: as long as all clients
    /// are at the same part of a file, its pages are in the processor's cache, and a server that keeps them in step is twice as fast.
    /// </summary>
    private const long WindowBytes = 1L << 30;

    private const int MaxWindows = 4;

    public string Name => name;

    public int MaxRounds => int.MaxValue;

    public bool CanMeasure(PeerServer server) => load.Transport == HitTransport.Plain || server.TlsUrl is not null;

    public async Task PrepareAsync(PeerServer server, CancellationToken cancellationToken)
    {
        await bench.Check.EnsureHitAsync(server, wanted, cancellationToken);
        await bench.WarmUp.RunAsync(server, window => RunAsync(window, cancellationToken));
    }

    public async Task<CellMeasure> MeasureAsync(PeerServer server, int round, CancellationToken cancellationToken)
    {
        var before = await bench.Origin.CountAsync(cancellationToken);
        var bytesAtOnce = (load.RangeBytes > 0 ? load.RangeBytes : wanted.SizeBytes) * load.Connections;
        var duration = bench.Settings.Duration * Math.Clamp(bytesAtOnce / WindowBytes, 1, MaxWindows);
        var result = await RunAsync(new LoopWindow(server, bench.Settings.WarmUp, duration), cancellationToken);
        var asked = (await bench.Origin.CountAsync(cancellationToken)).Requests - before.Requests;
        return LoopFigures.Of(
            result, wanted.SizeBytes, asked, (FigureKind.Detail, load.Connections >= ManyConnections ? FigureKind.Memory : FigureKind.Detail));
    }

    private async Task<LoopResult> RunAsync(LoopWindow window, CancellationToken cancellationToken)
    {
        if (load.Transport == HitTransport.Plain)
        {
            using var loop = new DiscardLoop([CreateRequest(window.Server.Url)], load.RangeBytes > 0 ? 206 : 200, bench.Settings.Copies);
            await loop.ConnectAsync(window.Server.Url, load.Connections, cancellationToken);
            return await loop.RunAsync(window, cancellationToken);
        }

        var loops = new List<IRequestLoop>();
        try
        {
            while (loops.Count < load.Connections)
            {
                loops.Add(await ConnectAsync(window.Server.TlsUrl ?? throw new InvalidOperationException($"{window.Server.Name} speaks no TLS."), cancellationToken));
            }

            return await LoopGroup.RunAsync(loops, window, cancellationToken);
        }
        finally
        {
            loops.ForEach(loop => loop.Dispose());
        }
    }

    private async Task<IRequestLoop> ConnectAsync(Uri registry, CancellationToken cancellationToken) => load.Transport == HitTransport.Tls
        ? await HitLoop.ConnectAsync(registry, wanted.CreateRequest(registry), default, cancellationToken)
        : new Http2Loop(registry, wanted.Path, wanted.Accept);

    private byte[] CreateRequest(Uri registry)
    {
        var first = wanted.SizeBytes / 2;
        return load.RangeBytes == 0
            ? wanted.CreateRequest(registry)
            : RegistryConnection.CreateGet(registry, wanted.Path, wanted.Accept, $"Range: bytes={first}-{first + load.RangeBytes - 1}\r\n");
    }
}
