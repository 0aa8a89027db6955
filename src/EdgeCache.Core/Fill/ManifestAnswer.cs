using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;

namespace EdgeCache.Core.Fill;

/// <summary>What a request for a manifest comes to. A value, so that a hit allocates nothing.</summary>
/// <param name="Result">How it was had; Error where it was not, and Failure then says why.</param>
/// <param name="Repository">The repository in whose name upstream was asked, where it was.</param>
/// <param name="Content">The bytes, where they have just been fetched; empty where they are in the store (or only a HEAD was asked).</param>
/// <param name="Freshness">Of the tag; always fresh for a digest.</param>
/// <param name="ForwardStatus">Upstream's status; 0 where it was not asked or gave none.</param>
/// <param name="Trail">Of what upstream answered; its age is the tag's where a tag was asked for.</param>
public readonly record struct ManifestAnswer(
    CacheResult Result,
    RepositoryKey Repository,
    Digest Digest = default,
    ManifestTypes Type = ManifestTypes.None,
    long SizeBytes = -1,
    ReadOnlyMemory<byte> Content = default,
    Freshness Freshness = default,
    FillFailure Failure = default,
    int ForwardStatus = 0,
    CacheTrail Trail = default)
{
    /// <summary>What the store has.</summary>
    public static ManifestAnswer Stored(RepositoryKey repository, in Lookup found, CacheResult result) =>
        new(result, repository, found.Digest, found.Type, found.SizeBytes, Freshness: found.Freshness);

    public static ManifestAnswer Failed(RepositoryKey repository, FillFailure failure, int forwardStatus = 0) =>
        new(CacheResult.Error, repository, Failure: failure, ForwardStatus: forwardStatus);

    /// <summary>Too many requests wait for upstream's word already.</summary>
    public static ManifestAnswer Overloaded(RepositoryKey repository) =>
        Failed(repository, new FillFailure(FailureSource.Limit, OriginOutcome.Unavailable, "Too many requests wait for this manifest."));

    /// <summary>The same for a request that waited for another's exchange.</summary>
    public ManifestAnswer AsJoined() => Result == CacheResult.Miss ? this with { Result = CacheResult.Collapsed } : this;
}
