using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Fill;

/// <summary>Upstream's word on whether a repository holds a digest.</summary>
/// <param name="Failure">Why not; null where it does.</param>
/// <param name="Type">The manifest's type, where one was asked for.</param>
/// <param name="SizeBytes">The size upstream named; -1 where it named none.</param>
/// <param name="Trail">Of its answer.</param>
public readonly record struct Confirmation(FillFailure? Failure, ManifestTypes Type, long SizeBytes, CacheTrail Trail = default)
{
    /// <summary>Too many requests wait for upstream's word already.</summary>
    public static Confirmation Overloaded { get; } =
        new(new FillFailure(FailureSource.Limit, OriginOutcome.Unavailable, "Too many requests wait for the upstream."), ManifestTypes.None, -1);
}
