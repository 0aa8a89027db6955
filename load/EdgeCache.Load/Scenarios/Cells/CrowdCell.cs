using EdgeCache.Load.Measuring;
using EdgeCache.Load.Peers;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>Many clients ask for one cold blob at the same moment; of the origin itself one client does, to compare with.</summary>
/// <param name="cold">Those of the warm-up, then one a round.</param>
internal sealed class CrowdCell(string name, IReadOnlyList<Wanted> cold, OriginPace pace, CellBench bench) : ICell
{
    /// <summary>How much longer than one direct download is waited for: who needs more asks upstream for most clients.</summary>
    private const int Patience = 3;
    private static readonly TimeSpan FurtherPatience = TimeSpan.FromSeconds(10);

    private readonly int _warmUps = MissWarmUp.SizesOf(bench.Settings).Count();

    public string Name => name;

    public int MaxRounds => bench.Settings.Rounds;

    public bool IncludesOrigin => true;

    public Task PrepareAsync(PeerServer server, CancellationToken cancellationToken) => MissWarmUp.RunAsync(server, cold.Take(_warmUps), cancellationToken);

    public async Task<CellMeasure> MeasureAsync(PeerServer server, int round, CancellationToken cancellationToken)
    {
        var blob = cold[_warmUps + round - 1];
        var limit = (pace.TimeOf(blob.SizeBytes) * Patience) + FurtherPatience;
        await bench.Origin.ThrottleAsync(pace.BytesPerSecond, pace.Delay, cancellationToken);
        try
        {
            using var crowd = new CrowdPull();
            await crowd.ConnectAsync(server.Url, server.Name == PeerServer.OriginName ? 1 : bench.Settings.Crowd, cancellationToken);
            var before = await bench.Origin.CountAsync(cancellationToken);
            var meter = new CostMeter(server);
            var times = await crowd.RunAsync(blob.CreateRequest(server.Url), limit, cancellationToken);
            var cost = meter.Read();
            var upstream = await bench.Origin.CountAsync(cancellationToken) - before;
            return Describe(times, limit, cost, (upstream.BlobGets, upstream.BodyBytes));
        }
        finally
        {
            await bench.Origin.ThrottleAsync(0, TimeSpan.Zero, CancellationToken.None);
        }
    }

    private static CellMeasure Describe(PullTimes[] times, TimeSpan limit, LoopCost cost, (int Gets, long Bytes) upstream)
    {
        var whole = times.Count(pull => pull.IsWhole);

        // The first one led; where nobody followed, it stands for all.
        var firstBytes = Spread.Of(times.Where(pull => pull.Bytes > 0).Select(pull => pull.FirstByte).Order().Skip(times.Length > 1 ? 1 : 0));
        List<Figure> figures =
        [
            new Figure("upstream GETs", FigureKind.Headline, false, upstream.Gets),
            new Figure("upstream MB", FigureKind.Detail, false, upstream.Bytes / 1e6),
            new Figure("CPU s/GB", FigureKind.Cpu, false, cost.ServerCpu.TotalSeconds * 1e9 / Math.Max(1, times.Sum(pull => pull.Bytes))),
            new Figure("PSS MiB", FigureKind.Memory, false, cost.ServerMemory.ProportionalBytes / 1048576.0),
        ];
        if (whole == times.Length)
        {
            figures.InsertRange(1,
            [
                new Figure("first byte p50 ms", FigureKind.Headline, false, firstBytes.P50.TotalMilliseconds),
                new Figure("first byte p99 ms", FigureKind.Headline, false, firstBytes.P99.TotalMilliseconds),
                new Figure("total ms", FigureKind.Headline, false, times.Max(pull => pull.Total).TotalMilliseconds),
            ]);
            return new CellMeasure(figures);
        }

        return new CellMeasure(figures, $"{whole} of {times.Length} clients had all after {limit.TotalSeconds:0} s") { IsGivenUp = true };
    }
}
