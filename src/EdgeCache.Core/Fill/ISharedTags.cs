using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Fill;

/// <summary>
/// What upstream told the nodes of a fleet about tags: a hint, never an authority. It may save a question for a tag that is fresh by it; bytes are had by digest and
/// verified as ever. Implementations answer within a deadline of their own, only with what a node of the fleet wrote, and throw nothing. Safe for concurrent use.
/// </summary>
public interface ISharedTags
{
    /// <summary>What a node was told last; null where that is not known, or nobody answers in time. Whether it is fresh is the caller's to judge.</summary>
    ValueTask<TagEntry?> FindAsync(RepositoryKey repository, Reference tag, ManifestTypes accept);

    /// <summary>Tells the others what upstream said. Never waits; what is newer there stays.</summary>
    /// <param name="lifetime">How long the tag is fresh.</param>
    void Tell(RepositoryKey repository, in Reference tag, ManifestTypes accept, in TagEntry entry, TimeSpan lifetime);

    /// <summary>Takes back what is known of a tag, for every class of Accept. Never waits.</summary>
    void Drop(RepositoryKey repository, in Reference tag);
}
