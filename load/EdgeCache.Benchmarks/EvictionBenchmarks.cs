using BenchmarkDotNet.Attributes;
using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Oci;

namespace EdgeCache.Benchmarks;

/// <summary>What a hit tells the two eviction policies.</summary>
public class EvictionBenchmarks
{
    private readonly Digest _digest = SampleContent.Instance.Small.Digest;
    private readonly LruPolicy _policy = new(1000, TimeProvider.System);
    private readonly SieveCache<Digest, string> _sieve = new(1000);
    private readonly int _slot;

    public EvictionBenchmarks()
    {
        _slot = _policy.Add(_digest, 1, TimeProvider.System.GetUtcNow());
        _sieve.TryAdd(_digest, "value");
    }

    [Benchmark]
    [AllocationCeiling(0)]
    public bool LruTouch()
    {
        _policy.Touch(_slot);
        return true;
    }

    [Benchmark]
    [AllocationCeiling(0)]
    public bool SieveHit() => _sieve.TryGet(_digest, out _);
}
