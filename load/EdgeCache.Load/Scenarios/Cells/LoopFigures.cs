using System.Globalization;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>The figures of a closed loop: requests per second of small objects, bytes per second of large ones. Pure.</summary>
internal static class LoopFigures
{
    /// <summary>From this size on the bytes count, not the requests.</summary>
    private const long LargeBytes = 64 << 10;

    /// <summary>A thread that always has work has this share of its CPU at least.</summary>
    private const double BusyShare = 0.9;

    /// <param name="objectBytes">Of the object itself, also where ranges of it are asked for.</param>
    /// <param name="originRequests">How many the origin got meanwhile: hits cause none.</param>
    /// <param name="tables">In which tables latencies and memory stand.</param>
    public static CellMeasure Of(LoopResult result, long objectBytes, int originRequests, (FigureKind Latencies, FigureKind Memory) tables)
    {
        var seconds = result.Elapsed.TotalSeconds;
        var isLarge = objectBytes >= LargeBytes;
        var cpu = result.Cost.ServerCpu.TotalSeconds;
        List<Figure> figures =
        [
            isLarge
                ? new Figure("MB/s", FigureKind.Headline, true, result.Bytes / 1e6 / seconds)
                : new Figure("requests/s", FigureKind.Headline, true, result.Requests / seconds),
            isLarge
                ? new Figure("CPU s/GB", FigureKind.Cpu, false, cpu * 1e9 / result.Bytes)
                : new Figure("CPU s/10k", FigureKind.Cpu, false, cpu * 10_000 / result.Requests),
            new Figure("PSS MiB", tables.Memory, false, result.Cost.ServerMemory.ProportionalBytes / 1048576.0),
            new Figure("RSS MiB", FigureKind.Detail, false, result.Cost.ServerMemory.ResidentBytes / 1048576.0),
            new Figure("p50 ms", tables.Latencies, false, result.Latencies.Percentile(0.5).TotalMilliseconds),
            new Figure("p99 ms", tables.Latencies, false, result.Latencies.Percentile(0.99).TotalMilliseconds),
            new Figure("requests", FigureKind.Detail, true, result.Requests),
            new Figure("server CPU share", FigureKind.Detail, false, cpu / seconds),
            new Figure("driver CPU share", FigureKind.Detail, false, result.Cost.DriverCpu.TotalSeconds / seconds),
            new Figure("origin requests", FigureKind.Detail, false, originRequests),
        ];
        return new CellMeasure([.. figures.Where(figure => double.IsFinite(figure.Value))], Explain(result, originRequests)) { Note = Note(result.Cost, seconds) };
    }

    /// <summary>Whether the driver was the limit: then rates say little, and processor time says all.</summary>
    private static string? Note(LoopCost cost, double seconds)
    {
        var (server, driver) = (cost.ServerCpu.TotalSeconds / seconds, cost.DriverCpu.TotalSeconds / seconds);
        return driver > BusyShare && server < BusyShare - 0.05
            ? string.Create(CultureInfo.InvariantCulture, $"the client was the limit: driver {driver:P0}, server {server:P0} of a CPU")
            : null;
    }

    private static string? Explain(LoopResult result, int originRequests) =>
        result.Failures > 0 ? $"{result.Failures} requests failed"
        : originRequests > 0 ? $"{originRequests} requests to the origin: no hits"
        : result.NotHits > 0 ? $"{result.NotHits} answers say that they are no hit"
        : result.Bytes == 0 ? "no answer"
        : null;
}
