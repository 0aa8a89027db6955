using EdgeCache.Core.Caching;
using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;

namespace EdgeCache.Core.Fill;

/// <summary>
/// Answers for a tag from what upstream told another node, where that is fresh by this node's rule and clock. The digest is then had like any other: from the store
/// where this repository is known to hold it, else by asking upstream in its name. Without shared tags it answers nothing. Safe for concurrent use.
/// </summary>
internal sealed class HintedTags(ISharedTags? shared, CacheStore store, DigestResolver digests)
{
    /// <summary>Null: upstream has to be asked for the tag.</summary>
    public async ValueTask<ManifestAnswer?> TryAnswerAsync(
        RepositoryKey repository, Reference tag, ManifestTypes accept, FreshnessRule rule, bool headOnly, CancellationToken cancellationToken)
    {
        if (shared is null || await shared.FindAsync(repository, tag, accept).ConfigureAwait(false) is not { } hint)
        {
            return null;
        }

        await PoolThread.EnterAsync().ConfigureAwait(false);
        var freshness = store.FreshnessOf(hint, rule);
        if (freshness.State != FreshnessState.Fresh)
        {
            return null;
        }

        if (headOnly && hint.SizeBytes >= 0)
        {
            // Not recorded here: a tag that is, counts as this repository's right to the bytes, which only upstream's word gives.
            return new ManifestAnswer(CacheResult.Hit, repository, hint.Digest, hint.Type, hint.SizeBytes, Freshness: freshness);
        }

        var answer = await digests.ResolveAsync(repository, hint.Digest, headOnly: false, FetchPriority.Interactive, cancellationToken).ConfigureAwait(false);
        if (answer.Result != CacheResult.Error)
        {
            store.TakeTag(repository, tag, accept, hint);
            return answer with { Freshness = freshness, Trail = answer.Trail with { Age = freshness.Age } };
        }

        if (answer.Failure.Outage is null or OutageKind.Unreachable or OutageKind.RateLimited or OutageKind.Offline
            || answer.Failure.Outcome == OriginOutcome.Unavailable)
        {
            // Asking for the tag would meet the same.
            return answer;
        }

        if (answer.Failure.Outcome is OriginOutcome.NotFound or OriginOutcome.BadAnswer)
        {
            // Upstream does not stand by the digest, so that the tag must mean something else by now.
            shared.Drop(repository, tag);
        }

        return null;
    }

    /// <summary>Upstream has just said what the tag means.</summary>
    public void Tell(RepositoryKey repository, in Reference tag, ManifestTypes accept, in TagEntry entry, FreshnessRule rule)
    {
        if (rule.Lifetime > TimeSpan.Zero)
        {
            shared?.Tell(repository, tag, accept, entry, rule.Lifetime);
        }
    }

    /// <summary>Upstream has just said that the tag means nothing.</summary>
    public void Drop(RepositoryKey repository, in Reference tag) => shared?.Drop(repository, tag);
}
