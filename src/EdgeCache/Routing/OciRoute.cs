using EdgeCache.Core.Oci;

namespace EdgeCache.Routing;

/// <summary>A request target, parsed and validated once. A value.</summary>
/// <param name="Repository">Default for Ping and Catalog (Catalog: only the upstream is set).</param>
/// <param name="Reference">A tag or digest for Manifest, a digest for Blob and Referrers, default otherwise.</param>
/// <param name="UsedNamespace">Whether <c>ns=</c> chose the upstream: the answer then carries OCI-Namespace.</param>
/// <param name="HasOtherParameters">Whether the query has parameters besides <c>ns=</c>.</param>
public readonly record struct OciRoute(
    OciRouteKind Kind, RepositoryKey Repository, Reference Reference, bool UsedNamespace, bool HasOtherParameters = false);
