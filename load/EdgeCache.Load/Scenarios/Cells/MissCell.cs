using System.Diagnostics;
using EdgeCache.Load.Http;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Peers;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>One client asks for one cold blob after the other, of each cache and of the origin itself.</summary>
/// <param name="cold">Those of the warm-up and then of all rounds; the first of a round is not counted: connections are made for it.</param>
internal sealed class MissCell(string name, IReadOnlyList<Wanted> cold, OriginPace pace, CellBench bench) : ICell
{
    private const int BufferBytes = 1 << 20;

    private readonly int _warmUps = MissWarmUp.SizesOf(bench.Settings).Count();

    public string Name => name;

    public int MaxRounds => bench.Settings.Rounds;

    public bool IncludesOrigin => true;

    public Task PrepareAsync(PeerServer server, CancellationToken cancellationToken) => MissWarmUp.RunAsync(server, cold.Take(_warmUps), cancellationToken);

    public async Task<CellMeasure> MeasureAsync(PeerServer server, int round, CancellationToken cancellationToken)
    {
        var count = (cold.Count - _warmUps) / bench.Settings.Rounds;
        var blobs = cold.Skip(_warmUps + ((round - 1) * count)).Take(count).ToList();
        var (firstBytes, totals) = (new List<double>(), new List<double>());
        await bench.Origin.ThrottleAsync(pace.BytesPerSecond, pace.Delay, cancellationToken);
        try
        {
            using var connection = await RegistryConnection.ConnectAsync(server.Url, BufferBytes, cancellationToken);
            await PullAsync(connection, server, blobs[0], cancellationToken);
            var meter = new CostMeter(server);
            foreach (var blob in blobs.Skip(1))
            {
                var times = await PullAsync(connection, server, blob, cancellationToken);
                firstBytes.Add(times.FirstByte.TotalMilliseconds);
                totals.Add(times.Total.TotalMilliseconds);
            }

            return new CellMeasure(
            [
                new Figure("first byte ms", FigureKind.Headline, false, Median.Of(firstBytes)),
                new Figure("total ms", FigureKind.Headline, false, Median.Of(totals)),
                new Figure("CPU s/GB", FigureKind.Cpu, false, meter.Read().ServerCpu.TotalSeconds * 1e9 / blobs.Skip(1).Sum(blob => blob.SizeBytes)),
            ]);
        }
        finally
        {
            await bench.Origin.ThrottleAsync(0, TimeSpan.Zero, CancellationToken.None);
        }
    }

    private static async Task<PullTimes> PullAsync(RegistryConnection connection, PeerServer server, Wanted blob, CancellationToken cancellationToken)
    {
        var (started, firstByte, bytes) = (Stopwatch.GetTimestamp(), TimeSpan.Zero, 0L);
        var head = await connection.SendAsync(blob.CreateRequest(server.Url), cancellationToken);
        while (await connection.ReadAsync(cancellationToken) is { IsEmpty: false } piece)
        {
            firstByte = bytes == 0 ? Stopwatch.GetElapsedTime(started) : firstByte;
            bytes += piece.Length;
        }

        return head.Status == 200 && bytes == blob.SizeBytes
            ? new PullTimes(firstByte, Stopwatch.GetElapsedTime(started), bytes, IsWhole: true)
            : throw new InvalidDataException($"status {head.Status}, {bytes} bytes of a cold blob of {blob.SizeBytes}");
    }
}
