using BenchmarkDotNet.Attributes;
using EdgeCache.Core.Caching;

namespace EdgeCache.Benchmarks;

/// <summary>The header of a hit.</summary>
public class CacheStatusBenchmarks
{
    private readonly CacheStatus _digest = new(CacheResult.Hit);
    private readonly CacheStatus _tag = new(CacheResult.Hit, TimeToLive: TimeSpan.FromSeconds(299));

    [Benchmark]
    [AllocationCeiling(0)]
    public bool DigestHit() => _digest.ToString().Length > 0;

    [Benchmark]
    [AllocationCeiling(0)]
    public bool TagHit() => _tag.ToString().Length > 0;
}
