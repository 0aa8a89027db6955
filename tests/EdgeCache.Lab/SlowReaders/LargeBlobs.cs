using EdgeCache.Core.Oci;
using EdgeCache.Demo;
using EdgeCache.Testing.Origin;
using EdgeCache.Testing.Synthetic;

namespace EdgeCache.Lab.SlowReaders;

/// <summary>Blobs of one length that a seed makes and that take no memory here, in any repository. Immutable; safe for concurrent use.</summary>
internal sealed class LargeBlobs : IOriginSource
{
    private readonly Dictionary<Digest, SyntheticBlob> _byDigest;

    /// <summary>Hashes all of them once, on all processors.</summary>
    public LargeBlobs(int seed, int count, long sizeBytes)
    {
        All = [.. Enumerable.Range(0, count).AsParallel().AsOrdered().Select(number => SyntheticBlob.Create(((ulong)(uint)seed << 32) + (ulong)number, sizeBytes))];
        _byDigest = All.ToDictionary(blob => blob.Digest);
    }

    public IReadOnlyList<SyntheticBlob> All { get; }

    public (Digest Digest, SampleManifest Manifest)? FindManifest(string repository, Reference reference) => null;

    public OriginBody? FindBlob(string repository, Digest digest) => _byDigest.GetValueOrDefault(digest);
}
