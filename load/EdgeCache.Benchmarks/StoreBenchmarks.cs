using BenchmarkDotNet.Attributes;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;

namespace EdgeCache.Benchmarks;

/// <summary>What a hit asks of the store; a benchmark says whether the content was there and fresh.</summary>
public class StoreBenchmarks
{
    private static readonly SampleContent Sample = SampleContent.Instance;
    private static readonly FreshnessRule Rule = new(TimeSpan.FromHours(1), TimeSpan.Zero);

    private readonly Reference _tag = Reference.Parse(SampleContent.Tag);
    private readonly Digest _manifest = Sample.Image.Digest;
    private readonly Digest _small = Sample.Small.Digest;
    private readonly Digest _large = Sample.Large.Digest;
    private SampleStore? _sample;

    // Set before anything is measured.
    private CacheStore Store => _sample!.Store;

    [GlobalSetup]
    public async Task SetupAsync() => _sample = await SampleStore.OpenAsync();

    [GlobalCleanup]
    public async Task CleanupAsync() => await _sample!.DisposeAsync(); // As above.

    [Benchmark]
    [AllocationCeiling(0)]
    public bool LookupBlob() => Store.LookupBlob(Sample.Repository, _small).State == LookupState.Fresh;

    [Benchmark]
    [AllocationCeiling(0)]
    public bool LookupManifest() => Store.LookupManifest(Sample.Repository, _manifest).State == LookupState.Fresh;

    [Benchmark]
    [AllocationCeiling(0)]
    public bool LookupTag() => Store.LookupTag(Sample.Repository, _tag, ManifestTypes.All, Rule).State == LookupState.Fresh;

    /// <summary>Content that is copied into memory.</summary>
    [Benchmark]
    [AllocationCeiling(0)]
    public bool AcquireHot() => Acquire(_small);

    /// <summary>A lease of a file that is open already: one object on a thread of the pool; elsewhere, as in the test, the way to it comes on top.</summary>
    [Benchmark]
    [AllocationCeiling(512)]
    public bool AcquireLarge() => Acquire(_large);

    private bool Acquire(in Digest digest)
    {
        var acquired = Store.AcquireContentAsync(digest, CancellationToken.None);
        if (!acquired.IsCompletedSuccessfully)
        {
            // The first time a small file is read into memory.
            acquired.AsTask().GetAwaiter().GetResult().Dispose();
            return true;
        }

        using var content = acquired.Result;
        return !content.IsNone;
    }
}
