using BenchmarkDotNet.Attributes;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeCache.Benchmarks;

/// <summary>Look-ups of records in memory, the same one each time; a benchmark says whether it was found.</summary>
public class IndexBenchmarks
{
    private static readonly RepositoryKey Repository = SampleContent.Instance.Repository;

    // A field, since a look-up takes it by reference.
    private readonly Digest _digest = SampleContent.Instance.Image.Digest;
    private TempFolder? _folder;
    private CacheIndex? _index;

    // Set before anything is measured.
    private CacheIndex Index => _index!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _folder = new TempFolder();
        _index = CacheIndex.Open(new IndexOptions { Path = _folder.Path, MemoryBytes = 8 << 20 }, TimeProvider.System, NullLogger.Instance);
        await _index.Loaded;
        var now = TimeProvider.System.GetUtcNow();
        _index.PutBlob(_digest, new BlobEntry(1, BlobPool.Manifests, 0));
        _index.PutLink(Repository, _digest, new LinkEntry(ManifestTypes.OciManifest, 1, now));
        _index.PutTag(Repository, SampleContent.Tag, ManifestTypes.All, new TagEntry(_digest, ManifestTypes.OciManifest, 1, now));
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await Index.DisposeAsync();
        _folder?.Dispose();
    }

    [Benchmark]
    [AllocationCeiling(0)]
    public bool TryGetBlob() => Index.TryGetBlob(_digest, out _);

    [Benchmark]
    [AllocationCeiling(0)]
    public bool TryGetLink() => Index.TryGetLink(Repository, _digest, out _);

    [Benchmark]
    [AllocationCeiling(0)]
    public bool TryGetTag() => Index.TryGetTag(Repository, SampleContent.Tag, ManifestTypes.All, out _);

    /// <summary>What of a look-up of a link is the hashing of its key.</summary>
    [Benchmark]
    [AllocationCeiling(0)]
    public bool KeyOfLink() => IndexKey.ForLink(Repository, _digest).Fold != 0;

    /// <summary>A blob's key is its digest: nothing is hashed.</summary>
    [Benchmark]
    [AllocationCeiling(0)]
    public bool KeyOfBlob() => IndexKey.ForDigest(_digest).Fold != 0;
}
