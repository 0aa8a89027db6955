using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Index;

/// <summary>
/// What a tag meant for one class of Accept. Sequence numbers and removals as in <see cref="RepositoryLinks"/>. Thread-safe.
/// </summary>
internal sealed class TagIndex(string path, long memoryBytes, DiskQueue queue, ILogger logger) : IDisposable
{
    private readonly IndexStore<TagValue> _store = new("tags", path, memoryBytes, queue, logger);

    public long Count => _store.Count;

    public long Damaged => _store.Damaged;

    public bool TryGet(RepositoryKey repository, string tag, ManifestTypes accept, out TagEntry entry)
    {
        if (!_store.TryGet(IndexKey.ForTag(repository, tag, accept), out var value))
        {
            entry = default;
            return false;
        }

        var hash = ((ReadOnlySpan<byte>)value.Hash)[..(value.Algorithm == DigestAlgorithm.Sha512 ? 64 : 32)];
        entry = new TagEntry(
            Digest.FromHash(value.Algorithm, hash), value.Type, value.SizeBytes, new DateTimeOffset(value.ValidatedAtTicks, TimeSpan.Zero));
        return true;
    }

    /// <returns>False where something newer is known.</returns>
    public bool Put(in IndexKey key, in Digest digest, ManifestTypes type, long sizeBytes, long validatedAtTicks, long sequence)
    {
        var value = new TagValue
        {
            Algorithm = digest.Algorithm,
            Type = type,
            SizeBytes = sizeBytes,
            ValidatedAtTicks = validatedAtTicks,
            Sequence = sequence,
        };
        digest.Hash.CopyTo(value.Hash);
        return _store.Put(in key, value);
    }

    /// <returns>Whether there was a tag.</returns>
    public bool Remove(in IndexKey key) => _store.Remove(in key);

    /// <summary>Removes it, and what older entries will be replayed.</summary>
    /// <returns>Whether there was a tag.</returns>
    public bool RemoveForReplay(in IndexKey key, long sequence) =>
        _store.TryGet(in key, out _) & _store.Put(in key, new TagValue { Removed = 1, Sequence = sequence });

    /// <summary>Whether the put of this number is what the tag is now.</summary>
    public bool IsCurrent(in IndexKey key, long sequence) => _store.TryGet(in key, out var value) && value.Sequence == sequence;

    /// <summary>Removes the tag, or the trace of its removal, of this number.</summary>
    public void Forget(in IndexKey key, long sequence) => _store.Remove(in key, sequence);

    public void CompactIfGrown() => _store.CompactIfGrown();

    public void Dispose() => _store.Dispose();
}
