using EdgeCache.Load.Peers;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>Many clients take a cached blob slowly or not at all: the memory that each costs the server.</summary>
/// <param name="bytesPerSecond">Of each client; 0 is a client that reads nothing.</param>
internal sealed class SlowClientsCell(string name, Wanted wanted, int bytesPerSecond, CellBench bench) : ICell
{
    private const int FastClients = 32;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan QuickDuration = TimeSpan.FromSeconds(1);

    public string Name => name;

    public int MaxRounds => 1;

    public bool NeedsFreshServers => true;

    /// <summary>Then compiled code and buffers of fast clients are there before, and do not count for the slow ones.</summary>
    public Task PrepareAsync(PeerServer server, CancellationToken cancellationToken) =>
        new HitCell(name, wanted, new HitLoad(FastClients), bench).PrepareAsync(server, cancellationToken);

    public async Task<CellMeasure> MeasureAsync(PeerServer server, int round, CancellationToken cancellationToken)
    {
        var before = server.ReadMemory();
        using var clients = new SlowClients();
        await clients.ConnectAsync(server.Url, bench.Settings.SlowClients, cancellationToken);
        var meter = new CostMeter(server);
        var duration = bench.Settings.IsQuick ? QuickDuration : Duration;
        await clients.RunAsync(wanted.CreateRequest(server.Url), bytesPerSecond, duration, cancellationToken);
        var cost = meter.Read();
        return new CellMeasure(
            [
                new Figure("KiB a client", FigureKind.Headline, false, (cost.ServerMemory.ProportionalBytes - before.ProportionalBytes) / 1024.0 / bench.Settings.SlowClients),
                new Figure("PSS MiB", FigureKind.Memory, false, cost.ServerMemory.ProportionalBytes / 1048576.0),
                new Figure("PSS MiB before", FigureKind.Memory, false, before.ProportionalBytes / 1048576.0),
                new Figure("RSS MiB", FigureKind.Detail, false, cost.ServerMemory.ResidentBytes / 1048576.0),
                new Figure("server CPU share", FigureKind.Detail, false, cost.ServerCpu / duration),
            ],
            clients.Broken > 0 ? $"{clients.Broken} reads met a broken connection" : null);
    }
}
