using EdgeCache.Core.Blobs;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Store;

/// <summary>What repositories are known to hold, and what their tags mean: look-ups and records. Owned by the store; safe for concurrent use.</summary>
internal sealed class RepositoryRecords(CacheIndex index, StoredBlobs stored, TimeProvider clock)
{
    /// <summary>Serialises the records of tags, so that an older word never replaces a newer one.</summary>
    private readonly Lock _tagging = new();

    /// <inheritdoc cref="CacheStore.LookupBlob"/>
    public Lookup FindBlob(RepositoryKey repository, in Digest digest)
    {
        var isLinked = index.TryGetLink(repository, digest, out var link);
        if (!stored.TryGet(digest, out var entry))
        {
            return new Lookup(
                LookupState.Miss, digest, ManifestTypes.None, isLinked ? link.SizeBytes : -1, BlobPool.Blobs, isLinked, default, ManifestTypes.None);
        }

        var state = isLinked ? LookupState.Fresh : LookupState.Unlinked;
        return new Lookup(state, digest, link.Type, entry.SizeBytes, entry.Pool, isLinked, FreshnessOf(link), ManifestTypes.None);
    }

    /// <inheritdoc cref="CacheStore.LookupManifest"/>
    public Lookup FindManifest(RepositoryKey repository, in Digest digest)
    {
        var found = FindBlob(repository, digest);
        return found switch
        {
            { State: LookupState.Miss } => found,
            { Pool: BlobPool.Blobs } => found with { State = LookupState.Miss },
            { Type: ManifestTypes.None } => found with { State = LookupState.Unlinked },
            _ => found,
        };
    }

    /// <inheritdoc cref="CacheStore.LookupTag"/>
    public Lookup FindTag(RepositoryKey repository, in Reference tag, ManifestTypes accept, FreshnessRule rule)
    {
        var name = tag.Tag ?? throw new ArgumentException("A digest is no tag.", nameof(tag));
        var tagClass = ManifestTypes.All;
        var isKnown = index.TryGetTag(repository, name, tagClass, out var entry);
        if (isKnown && (entry.Type & accept) == 0)
        {
            tagClass = accept;
            isKnown = index.TryGetTag(repository, name, tagClass, out entry);
        }

        if (!isKnown)
        {
            return new Lookup(LookupState.Miss, default, ManifestTypes.None, -1, BlobPool.Manifests, false, default, tagClass);
        }

        var freshness = FreshnessOf(entry, rule);
        var isFresh = freshness.State == FreshnessState.Fresh;
        var isHere = stored.TryGet(entry.Digest, out var blob) && blob.Pool == BlobPool.Manifests;
        var state = !isHere ? LookupState.Miss : isFresh ? LookupState.Fresh : LookupState.Stale;
        var digest = isHere || isFresh ? entry.Digest : default;
        return new Lookup(state, digest, entry.Type, isHere ? blob.SizeBytes : entry.SizeBytes, BlobPool.Manifests, true, freshness, tagClass);
    }

    /// <inheritdoc cref="CacheStore.Link"/>
    public void Link(RepositoryKey repository, in Digest digest, ManifestTypes type, long sizeBytes)
    {
        var isKnown = index.TryGetLink(repository, digest, out var known);
        if (isKnown
            && (type == ManifestTypes.None || type == known.Type)
            && (sizeBytes < 0 || sizeBytes == known.SizeBytes))
        {
            return;
        }

        var keptType = type == ManifestTypes.None ? known.Type : type;
        var keptBytes = sizeBytes < 0 && isKnown ? known.SizeBytes : sizeBytes;
        index.PutLink(repository, digest, new LinkEntry(keptType, keptBytes, clock.GetUtcNow()));
    }

    /// <inheritdoc cref="CacheStore.SetTag"/>
    public TagEntry SetTag(
        RepositoryKey repository, in Reference tag, ManifestTypes accept, in Digest digest, ManifestTypes type, long sizeBytes, TimeSpan age)
    {
        lock (_tagging)
        {
            var entry = new TagEntry(digest, type, sizeBytes, clock.GetUtcNow() - age);
            index.PutTag(repository, tag.ToString(), accept, entry);
            return entry;
        }
    }

    /// <inheritdoc cref="CacheStore.TakeTag"/>
    public bool TakeTag(RepositoryKey repository, in Reference tag, ManifestTypes accept, in TagEntry entry)
    {
        lock (_tagging)
        {
            var now = clock.GetUtcNow();
            if (entry.ValidatedAt > now
                || (index.TryGetTag(repository, tag.ToString(), accept, out var known) && known.ValidatedAt >= entry.ValidatedAt && known.ValidatedAt <= now))
            {
                return false;
            }

            index.PutTag(repository, tag.ToString(), accept, entry);
            return true;
        }
    }

    /// <inheritdoc cref="CacheStore.FreshnessOf"/>
    public Freshness FreshnessOf(in TagEntry entry, FreshnessRule rule) =>
        Freshness.Evaluate(entry.ValidatedAt, clock.GetUtcNow(), rule.Lifetime, rule.StaleIfError);

    /// <summary>Content under a digest is always fresh; its age is the time since the repository was learnt to hold it.</summary>
    private Freshness FreshnessOf(in LinkEntry link) =>
        Freshness.Evaluate(link.LinkedAt, clock.GetUtcNow(), TimeSpan.MaxValue, TimeSpan.Zero);
}
