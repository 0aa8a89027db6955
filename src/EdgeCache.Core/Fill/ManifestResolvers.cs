using EdgeCache.Core.Affinity;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Fill;

/// <summary>
/// The resolver of clients, which may ask other nodes, and the one of siblings whose home this node is not, which asks upstream only. Their exchanges are kept
/// apart: a sibling must never wait for an answer that comes from a sibling.
/// </summary>
/// <param name="siblings">The same as that of clients where there are no siblings; else owned from now on.</param>
public sealed class ManifestResolvers(IOrigin origin, ManifestResolver clients, ManifestResolver siblings) : IAsyncDisposable
{
    public ManifestResolver For(FetchScope scope, RepositoryKey repository, in Reference reference) =>
        scope == FetchScope.Anywhere || !origin.IsElsewhere(AffinityKey.Of(repository, reference)) ? clients : siblings;

    public ValueTask DisposeAsync() => siblings == clients ? ValueTask.CompletedTask : siblings.DisposeAsync();
}
