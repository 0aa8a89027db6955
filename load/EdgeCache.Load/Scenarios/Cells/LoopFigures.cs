namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>The figures of a closed loop: requests per second of small objects, bytes per second of large ones. Pure.</summary>
internal static class LoopFigures
{
    /// <summary>From this size on the bytes count, not the requests.</summary>
    private const long LargeBytes = 64 << 10;

    /// <param name="objectBytes">Of the object itself, also where ranges of it are asked for.</param>
    /// <param name="originRequests">How many the origin got meanwhile: hits cause none.</param>
    /// <param name="latencies">In which table they stand.</param>
    public static CellMeasure Of(LoopResult result, long objectBytes, int originRequests, FigureKind latencies = FigureKind.Detail)
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
            new Figure("PSS MiB", FigureKind.Memory, false, result.Cost.ServerMemory.ProportionalBytes / 1048576.0),
            new Figure("RSS MiB", FigureKind.Detail, false, result.Cost.ServerMemory.ResidentBytes / 1048576.0),
            new Figure("p50 ms", latencies, false, result.Latencies.Percentile(0.5).TotalMilliseconds),
            new Figure("p99 ms", latencies, false, result.Latencies.Percentile(0.99).TotalMilliseconds),
            new Figure("requests", FigureKind.Detail, true, result.Requests),
            new Figure("server CPU share", FigureKind.Detail, false, cpu / seconds),
            new Figure("driver CPU share", FigureKind.Detail, false, result.Cost.DriverCpu.TotalSeconds / seconds),
            new Figure("origin requests", FigureKind.Detail, false, originRequests),
        ];
        return new CellMeasure([.. figures.Where(figure => double.IsFinite(figure.Value))], Explain(result, originRequests));
    }

    private static string? Explain(LoopResult result, int originRequests) =>
        result.Failures > 0 ? $"{result.Failures} requests failed"
        : originRequests > 0 ? $"{originRequests} requests to the origin: no hits"
        : result.NotHits > 0 ? $"{result.NotHits} answers say that they are no hit"
        : result.Bytes == 0 ? "no answer"
        : null;
}
