using BenchmarkDotNet.Attributes;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;
using EdgeCache.Serving;
using Microsoft.Extensions.Primitives;

namespace EdgeCache.Benchmarks;

/// <summary>What is decided for each request: which range, whether the client has the content already, whether what is held may be served. A benchmark says whether it came out right.</summary>
public class ServingRulesBenchmarks
{
    private const long SizeBytes = 64 << 20;

    private static readonly DateTimeOffset Validated = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Digest _digest = Digest.Compute("content"u8);
    private readonly StringValues _tag;
    private readonly OutageContract _outage = OutageContract.Default;

    public ServingRulesBenchmarks() => _tag = $"\"{_digest}\"";

    [Benchmark]
    [AllocationCeiling(0)]
    public bool ParseRange() => ByteRange.Parse("bytes=1048576-2097151", SizeBytes) is { Outcome: RangeOutcome.Partial, LengthBytes: 1 << 20 };

    [Benchmark]
    [AllocationCeiling(0)]
    public bool ParseOpenRange() => ByteRange.Parse("bytes=1048576-", SizeBytes).Outcome == RangeOutcome.Partial;

    [Benchmark]
    [AllocationCeiling(0)]
    public bool IsNotModified() => Conditional.IsNotModified(_tag, _digest);

    [Benchmark]
    [AllocationCeiling(0)]
    public bool IsFresh() =>
        Freshness.Evaluate(Validated, Validated.AddMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(1)).State == FreshnessState.Fresh;

    [Benchmark]
    [AllocationCeiling(0)]
    public bool ServesStaleInAnOutage() => _outage.For(OutageKind.Unreachable) == OutageAction.Stale;
}
