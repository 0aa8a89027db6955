using EdgeCache.Load.Http;
using EdgeCache.Load.Peers;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>A closed loop on one cached object over plain HTTP/1.1.</summary>
/// <param name="load">The connections, and the length of the range that is asked for, from the object's middle; 0 is the whole.</param>
internal sealed class HitCell(string name, Wanted wanted, (int Connections, long RangeBytes) load, CellBench bench) : ICell
{
    public string Name => name;

    public int MaxRounds => int.MaxValue;

    public bool IncludesOrigin => false;

    public bool CanMeasure(PeerServer server) => true;

    public async Task PrepareAsync(PeerServer server, CancellationToken cancellationToken)
    {
        await bench.Check.EnsureHitAsync(server, wanted, cancellationToken);
        await RunAsync(server, bench.Settings.FirstWarmUp, TimeSpan.Zero, cancellationToken);
    }

    public async Task<CellMeasure> MeasureAsync(PeerServer server, int round, CancellationToken cancellationToken)
    {
        var before = await bench.Origin.CountAsync(cancellationToken);
        var result = await RunAsync(server, bench.Settings.WarmUp, bench.Settings.Duration, cancellationToken);
        var asked = (await bench.Origin.CountAsync(cancellationToken)).Requests - before.Requests;
        return LoopFigures.Of(result, wanted.SizeBytes, asked, server.ReadMemory());
    }

    private async Task<LoopResult> RunAsync(PeerServer server, TimeSpan warmUp, TimeSpan duration, CancellationToken cancellationToken)
    {
        var isRange = load.RangeBytes > 0;
        using var loop = new DiscardLoop([isRange ? CreateRangeRequest(server.Url) : wanted.CreateRequest(server.Url)], isRange ? 206 : 200);
        await loop.ConnectAsync(server.Url, load.Connections, cancellationToken);
        return await loop.RunAsync(new LoopWindow(warmUp, duration, server.ReadCpu), cancellationToken);
    }

    private byte[] CreateRangeRequest(Uri registry)
    {
        var first = wanted.SizeBytes / 2;
        return RegistryConnection.CreateGet(registry, wanted.Path, wanted.Accept, $"Range: bytes={first}-{first + load.RangeBytes - 1}\r\n");
    }
}
