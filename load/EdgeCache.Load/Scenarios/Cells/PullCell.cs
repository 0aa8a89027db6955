using System.Diagnostics;
using EdgeCache.Load.Driving;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Peers;
using EdgeCache.Load.Processes;
using EdgeCache.Load.Workload;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>
/// Some hosts pull the same images at the same moment, one image after the other, as containerd does: first nobody has them but the origin, then the cache has. Every
/// digest is verified.
/// </summary>
/// <param name="images">Those of the warm-up, and then of all rounds.</param>
internal sealed class PullCell(string name, IReadOnlyList<WantedImage> images, OriginProcess origin, BenchSettings settings) : ICell
{
    /// <summary>Hosts on which one deployment starts.</summary>
    public const int Hosts = 4;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public string Name => name;

    public int MaxRounds => settings.Rounds;

    public async Task PrepareAsync(PeerServer server, CancellationToken cancellationToken)
    {
        using var pool = new ConnectionPool(server.Url);
        List<WantedImage> warmUps = [.. images.Take(PullPlan.WarmUps)];
        await PullAllAsync(pool, warmUps, cancellationToken);
        await PullAllAsync(pool, warmUps, cancellationToken);
    }

    public async Task<CellMeasure> MeasureAsync(PeerServer server, int round, CancellationToken cancellationToken)
    {
        var wanted = images.Skip(PullPlan.WarmUps + ((round - 1) * PullPlan.ImagesInRound)).Take(PullPlan.ImagesInRound).ToList();
        using var pool = new ConnectionPool(server.Url);
        var before = await origin.CountAsync(cancellationToken);
        var meter = new CostMeter(server);
        var cold = await PullAllAsync(pool, wanted, cancellationToken);
        var afterCold = await origin.CountAsync(cancellationToken);
        var warm = await PullAllAsync(pool, wanted, cancellationToken);
        var afterWarm = await origin.CountAsync(cancellationToken);
        var bytes = cold.Bytes + warm.Bytes;
        return new CellMeasure(
        [
            new Figure("cold image ms", FigureKind.Headline, false, Median.Of(cold.Milliseconds)),
            new Figure("warm image ms", FigureKind.Headline, false, Median.Of(warm.Milliseconds)),
            new Figure("hit rate cold, % of bytes", FigureKind.Headline, true, 100 * (1 - ((double)(afterCold - before).ContentBytes / cold.Bytes))),
            new Figure("upstream requests warm", FigureKind.Headline, false, (afterWarm - afterCold).Requests),
            new Figure("CPU s/GB", FigureKind.Cpu, false, meter.Read().ServerCpu.TotalSeconds * 1e9 / bytes),
        ]);
    }

    /// <summary>How long each image took until all hosts had it, and what they got.</summary>
    /// <exception cref="InvalidDataException">A pull failed.</exception>
    private static async Task<(List<double> Milliseconds, long Bytes)> PullAllAsync(ConnectionPool pool, List<WantedImage> wanted, CancellationToken cancellationToken)
    {
        var recorder = new RunRecorder();
        var times = new List<double>();
        foreach (var image in wanted)
        {
            var started = Stopwatch.GetTimestamp();
            var pulls = await Task.WhenAll(Enumerable.Range(0, Hosts).Select(_ =>
                new ImagePull(new RegistryRequests([pool], 0, recorder, new PullSettings(Limit)), new ClientStore(0), Limit).RunAsync(image, cancellationToken)));
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (Array.Find(pulls, pull => pull.Outcome != PullOutcome.Whole) is { Error: not null } failed)
            {
                throw new InvalidDataException($"{image}: {failed.Error}");
            }
        }

        return (times, recorder.Counts.Bytes);
    }
}
