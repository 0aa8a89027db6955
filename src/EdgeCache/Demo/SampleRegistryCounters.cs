namespace EdgeCache.Demo;

/// <summary>What a <see cref="SampleRegistry"/> was asked. Safe for concurrent use; each number is read on its own.</summary>
public sealed class SampleRegistryCounters
{
    private long _manifestGets;
    private long _manifestHeads;
    private long _blobGets;
    private long _others;
    private long _bytesSent;

    public long ManifestGets => Interlocked.Read(ref _manifestGets);

    public long ManifestHeads => Interlocked.Read(ref _manifestHeads);

    public long BlobGets => Interlocked.Read(ref _blobGets);

    /// <summary>Pings, tag lists, referrers, and what was not found.</summary>
    public long Others => Interlocked.Read(ref _others);

    /// <summary>Bytes of bodies, of manifests and blobs alike.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    public long Requests => ManifestGets + ManifestHeads + BlobGets + Others;

    internal void CountManifest(bool isHead) => Interlocked.Increment(ref isHead ? ref _manifestHeads : ref _manifestGets);

    internal void CountBlob(bool isHead) => Interlocked.Increment(ref isHead ? ref _others : ref _blobGets);

    internal void CountOther() => Interlocked.Increment(ref _others);

    internal void CountBytes(long count) => Interlocked.Add(ref _bytesSent, count);
}
