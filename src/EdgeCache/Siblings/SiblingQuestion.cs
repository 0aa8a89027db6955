using EdgeCache.Core.Affinity;
using EdgeCache.Core.Oci;

namespace EdgeCache.Siblings;

/// <summary>What is asked of the fleet, independent of the member. Immutable.</summary>
/// <param name="Tail">What follows the repository's name in the path.</param>
internal sealed record SiblingQuestion(HttpMethod Method, RepositoryKey Repository, AffinityKey Key, string Tail)
{
    public string? Accept { get; init; }

    /// <summary>The digest whose quoted text is sent as If-None-Match; none sends nothing.</summary>
    public Digest IfNoneMatch { get; init; }

    /// <summary>Above 0, an open-ended Range.</summary>
    public long Offset { get; init; }

    /// <summary>What the answer is to say of whether this node stores it (<see cref="Core.Fill.OriginAnswer.Keeps"/>).</summary>
    public Func<bool>? Keeps { get; init; }

    /// <summary>Whether the home may ask its neighbour for what that holds: content under a digest, never what a tag means.</summary>
    public bool IsContent { get; init; }

    /// <summary>The upstream stands there twice: as ns, which goes before whatever the member's own name may mean, and in the path, for a repository that begins
    /// with the same word.</summary>
    public string Target => $"/v2/{Repository.Upstream}/{Repository.Repository}/{Tail}?ns={Repository.Upstream}";
}
