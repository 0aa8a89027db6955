using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Index;

/// <summary>Which files there are, by digest. Not journalled: the files on disk are the truth, and their scan puts them here. Thread-safe.</summary>
internal sealed class DigestIndex(string path, long memoryBytes, DiskQueue queue, ILogger logger) : IDisposable
{
    private readonly IndexStore<BlobValue> _store = new("blobs", path, memoryBytes, queue, logger);

    public long Count => _store.Count;

    public long Damaged => _store.Damaged;

    public bool TryGet(in Digest digest, out BlobEntry entry)
    {
        if (digest.IsNone || !_store.TryGet(IndexKey.ForDigest(in digest), out var value))
        {
            entry = default;
            return false;
        }

        entry = new BlobEntry(value.SizeBytes, value.Pool, value.Slot);
        return true;
    }

    public void Put(in Digest digest, in BlobEntry entry) =>
        _store.Put(IndexKey.ForDigest(in digest), new BlobValue { SizeBytes = entry.SizeBytes, Pool = entry.Pool, Slot = entry.Slot });

    public bool Remove(in Digest digest) => !digest.IsNone && _store.Remove(IndexKey.ForDigest(in digest));

    public void CompactIfGrown() => _store.CompactIfGrown();

    public void Dispose() => _store.Dispose();
}
