using BenchmarkDotNet.Attributes;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeCache.Benchmarks;

/// <summary>Manifests that are stored and fresh; a benchmark says whether the answer was a hit, at once.</summary>
public class ManifestResolverBenchmarks
{
    private static readonly SampleContent Sample = SampleContent.Instance;
    private static readonly FreshnessRule Rule = new(TimeSpan.FromHours(1), TimeSpan.Zero);

    private readonly Reference _tag = Reference.Parse(SampleContent.Tag);
    private readonly Reference _digest = Reference.ByDigest(Sample.Image.Digest);
    private SampleStore? _sample;
    private LinkConfirmer? _confirmer;
    private ManifestResolver? _resolver;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _sample = await SampleStore.OpenAsync();
        var origin = new UnreachableOrigin();
        _confirmer = new LinkConfirmer(origin, _sample.Store, new FillOptions());
        _resolver = new ManifestResolver(origin, _sample.Store, _confirmer, new FillOptions(), NullLogger<ManifestResolver>.Instance);
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        // Set up before.
        await _resolver!.DisposeAsync();
        await _confirmer!.DisposeAsync();
        await _sample!.DisposeAsync();
    }

    [Benchmark]
    [AllocationCeiling(0)]
    public bool ResolveTag() => Resolve(_tag);

    [Benchmark]
    [AllocationCeiling(0)]
    public bool ResolveDigest() => Resolve(_digest);

    private bool Resolve(Reference reference)
    {
        // Set before anything is measured.
        var resolved = _resolver!.ResolveAsync(Sample.Repository, reference, ManifestTypes.All, Rule, headOnly: false, CancellationToken.None);
        return resolved is { IsCompletedSuccessfully: true, Result.Result: CacheResult.Hit };
    }

    private sealed class UnreachableOrigin : IOrigin
    {
        private static readonly OriginAnswer Unavailable = new(OriginOutcome.Unavailable);

        public ValueTask<OriginAnswer> GetManifestAsync(RepositoryKey repository, ManifestQuery query, CancellationToken cancellationToken) =>
            ValueTask.FromResult(Unavailable);

        public ValueTask<OriginAnswer> HeadManifestAsync(
            RepositoryKey repository, Reference reference, ManifestTypes accept, CancellationToken cancellationToken) => ValueTask.FromResult(Unavailable);

        public ValueTask<OriginAnswer> GetBlobAsync(RepositoryKey repository, Digest digest, ResumePoint from, CancellationToken cancellationToken) =>
            ValueTask.FromResult(Unavailable);
    }
}
