using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Scenarios.Runs;

/// <summary>What a run found.</summary>
/// <param name="Elapsed">From the first start to the last pull's end.</param>
/// <param name="Total">The whole run as one window.</param>
/// <param name="OriginCpu">Of the origin's process during the run; null where it is not ours.</param>
/// <param name="Events">What happened when.</param>
internal sealed record RunFigures(
    RunSettings Settings,
    TimeSpan Elapsed,
    RunSample Total,
    TimeSpan? NodeCpu,
    TimeSpan? OriginCpu,
    TimeSpan DriverCpu,
    IReadOnlyList<RunMark> Events,
    IReadOnlyDictionary<string, long> Errors,
    IReadOnlyList<RunVerdict> Verdicts,
    IReadOnlyList<RunSample> Samples)
{
    /// <summary>The hit rate that eviction alone gives for the same requests; null where it is not known.</summary>
    public HitRate? Simulated { get; init; }

    public bool IsGood => Verdicts.All(verdict => verdict.IsGood != false);
}
