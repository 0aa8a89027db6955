using BenchmarkDotNet.Attributes;

namespace EdgeCache.Benchmarks;

/// <summary>
/// The look-ups and the touch on one and on two threads at once, all on the same object. A figure is the time of one call on one thread while the others do
/// the same: where nothing is shared it is the same for both, where a lock is it doubles at least.
/// </summary>
public class ScalingBenchmarks
{
    private const int CallsPerThread = 10_000;

    private readonly RouteParserBenchmarks _routes = new();
    private readonly IndexBenchmarks _index = new();
    private readonly StoreBenchmarks _store = new();
    private readonly EvictionBenchmarks _eviction = new();
    private readonly TelemetryBenchmarks _telemetry = new();
    private ThreadCrew? _crew;

    [Params(1, 2)]
    public int Threads { get; set; }

    // Set before anything is measured.
    private ThreadCrew Crew => _crew!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        await _index.SetupAsync();
        await _store.SetupAsync();
        _crew = new ThreadCrew(Threads);
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        Crew.Dispose();
        await _index.CleanupAsync();
        await _store.CleanupAsync();
        await _telemetry.CleanupAsync();
    }

    [Benchmark(OperationsPerInvoke = CallsPerThread)]
    public void ParseTag() => Crew.Run(_routes.ParseTag, CallsPerThread);

    [Benchmark(OperationsPerInvoke = CallsPerThread)]
    public void TryGetBlob() => Crew.Run(_index.TryGetBlob, CallsPerThread);

    [Benchmark(OperationsPerInvoke = CallsPerThread)]
    public void LookupBlob() => Crew.Run(_store.LookupBlob, CallsPerThread);

    [Benchmark(OperationsPerInvoke = CallsPerThread)]
    public void LookupTag() => Crew.Run(_store.LookupTag, CallsPerThread);

    [Benchmark(OperationsPerInvoke = CallsPerThread)]
    public void AcquireHot() => Crew.Run(_store.AcquireHot, CallsPerThread);

    [Benchmark(OperationsPerInvoke = CallsPerThread)]
    public void LruTouch() => Crew.Run(_eviction.LruTouch, CallsPerThread);

    [Benchmark(OperationsPerInvoke = CallsPerThread)]
    public void SieveHit() => Crew.Run(_eviction.SieveHit, CallsPerThread);

    [Benchmark(OperationsPerInvoke = CallsPerThread)]
    public void RequestEnded() => Crew.Run(_telemetry.RequestEnded, CallsPerThread);
}
