using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Index;

/// <summary>
/// Which repositories are known to hold a digest. Values carry the sequence numbers of their journal entries; while the journal is replayed a removal
/// stays as a value of its own, so that an older put that is replayed later does not bring the link back. Thread-safe.
/// </summary>
internal sealed class RepositoryLinks(string path, long memoryBytes, DiskQueue queue, ILogger logger) : IDisposable
{
    private readonly IndexStore<LinkValue> _store = new("links", path, memoryBytes, queue, logger);

    public long Count => _store.Count;

    public long Damaged => _store.Damaged;

    public bool TryGet(RepositoryKey repository, in Digest digest, out LinkEntry entry)
    {
        if (digest.IsNone || !_store.TryGet(IndexKey.ForLink(repository, in digest), out var value))
        {
            entry = default;
            return false;
        }

        entry = new LinkEntry(value.Type, value.SizeBytes, new DateTimeOffset(value.LinkedAtTicks, TimeSpan.Zero));
        return true;
    }

    /// <returns>False where something newer is known.</returns>
    public bool Put(in IndexKey key, ManifestTypes type, long sizeBytes, long linkedAtTicks, long sequence) =>
        _store.Put(in key, new LinkValue { Type = type, SizeBytes = sizeBytes, LinkedAtTicks = linkedAtTicks, Sequence = sequence });

    /// <returns>Whether there was a link.</returns>
    public bool Remove(in IndexKey key) => _store.Remove(in key);

    /// <summary>Removes it, and what older entries will be replayed.</summary>
    /// <returns>Whether there was a link.</returns>
    public bool RemoveForReplay(in IndexKey key, long sequence) =>
        _store.TryGet(in key, out _) & _store.Put(in key, new LinkValue { Removed = 1, Sequence = sequence });

    /// <summary>Whether the put of this number is what the link is now.</summary>
    public bool IsCurrent(in IndexKey key, long sequence) => _store.TryGet(in key, out var value) && value.Sequence == sequence;

    /// <summary>Removes the link, or the trace of its removal, of this number.</summary>
    public void Forget(in IndexKey key, long sequence) => _store.Remove(in key, sequence);

    public void CompactIfGrown() => _store.CompactIfGrown();

    public void Dispose() => _store.Dispose();
}
