using EdgeCache.Core.Affinity;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Fill;

/// <summary>
/// The upstream registries, as the fill sees them. Implementations choose the endpoint (in order, the next on failure before the first
/// byte), authenticate, follow redirects and map every failure to an <see cref="OriginOutcome"/>; they throw only
/// <see cref="OperationCanceledException"/> for the caller's own token. Safe for concurrent use.
/// </summary>
public interface IOrigin
{
    /// <summary>The way that asks no other node: this one, unless other nodes stand before the upstreams.</summary>
    IOrigin Upstream => this;

    /// <summary>Whether another node is asked first for what has this key.</summary>
    bool IsElsewhere(AffinityKey key) => false;

    /// <summary>GET of a manifest: the one request that counts against a pull quota. The caller bounds the body's size.</summary>
    ValueTask<OriginAnswer> GetManifestAsync(RepositoryKey repository, ManifestQuery query, CancellationToken cancellationToken);

    /// <summary>HEAD of a manifest: costs nothing of a pull quota (PROTOCOL 3).</summary>
    ValueTask<OriginAnswer> HeadManifestAsync(
        RepositoryKey repository, Reference reference, ManifestTypes accept, CancellationToken cancellationToken);

    /// <summary>GET of a blob, from an offset on. Blobs are never asked with HEAD (PROTOCOL 18).</summary>
    ValueTask<OriginAnswer> GetBlobAsync(RepositoryKey repository, Digest digest, ResumePoint from, CancellationToken cancellationToken);
}
