using EdgeCache.Core.Caching;
using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;

namespace EdgeCache.SharedState;

/// <summary>Purges and warm-ups of other nodes, done in this node's store. Stateless.</summary>
/// <param name="ruleOf">How long a tag is fresh; null for a repository of an upstream that is not configured here.</param>
internal sealed class CacheEventHandler(CacheStore store, ManifestResolver manifests, Func<RepositoryKey, Reference, FreshnessRule?> ruleOf) : IFleetEventHandler
{
    public async ValueTask HandleAsync(FleetEvent message, CancellationToken cancellationToken)
    {
        await PoolThread.EnterAsync().ConfigureAwait(false);
        switch (message)
        {
            case { Kind: FleetEventKind.Purge, Reference.IsDigest: true }:
                store.Remove(message.Reference.Digest);
                break;
            case { Kind: FleetEventKind.Purge, Repository: { } repository }:
                store.RemoveTag(repository, message.Reference);
                break;
            case { Kind: FleetEventKind.Warm, Repository: { } repository } when ruleOf(repository, message.Reference) is { } rule:
                await manifests.ResolveAsync(repository, message.Reference, ManifestTypes.All, rule, headOnly: false, cancellationToken).ConfigureAwait(false);
                break;
        }
    }
}
