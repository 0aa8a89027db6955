using System.Diagnostics.CodeAnalysis;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Store;

/// <summary>
/// Copies of small stored objects in memory: manifests, configurations, small layers. They are copies only: whoever serves one has found it in the index
/// first. A copy is made anew after a while, so that its file's time of last use goes on. Bounded in bytes; a hit takes no lock. Safe for concurrent use.
/// </summary>
internal sealed class HotObjects(HotOptions options, TimeProvider clock)
{
    /// <summary>The digest twice, its text forms, the object and its place in the map.</summary>
    private const int OverheadBytes = 768;

    private readonly SieveCache<Digest, HotObject> _objects = new(options.LimitBytes);

    public long UsedBytes => _objects.Weight;

    public int Count => _objects.Count;

    /// <summary>Whether an object of this size may be held.</summary>
    public bool Takes(long sizeBytes) => sizeBytes <= options.MaxObjectBytes && sizeBytes + OverheadBytes <= options.LimitBytes;

    /// <summary>False also for the one caller who is to make the copy anew.</summary>
    public bool TryGet(in Digest digest, [MaybeNullWhen(false)] out HotObject found) =>
        _objects.TryGet(digest, out found) && !found.IsDue(clock, OpenFiles.LastUsedGranularity);

    /// <param name="content">Verified; nobody writes to it any more.</param>
    /// <param name="entry">Where eviction knows the object.</param>
    public HotObject Add(in Digest digest, DigestText text, in BlobEntry entry, ReadOnlyMemory<byte> content)
    {
        var made = new HotObject(text, content, entry.Pool, entry.Slot, clock.GetTimestamp());
        Remove(digest);
        _objects.TryAdd(digest, made, content.Length + OverheadBytes);
        return made;
    }

    public void Remove(in Digest digest) => _objects.TryRemove(digest, out _);
}
