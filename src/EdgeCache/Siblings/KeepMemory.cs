using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Oci;
using EdgeCache.Fleet;

namespace EdgeCache.Siblings;

/// <summary>Whether this node stores what another is home for. Remembers a bounded number of digests that were asked for once. Safe for concurrent use.</summary>
internal sealed class KeepMemory(KeepRule rule)
{
    private const int RememberedDigests = 16_384;

    private static readonly object Seen = new();

    private readonly SieveCache<Digest, object> _seen = new(RememberedDigests);

    public bool Keeps(in Digest digest) => rule switch
    {
        KeepRule.Always => true,
        KeepRule.Never => false,
        _ => !_seen.TryAdd(digest, Seen),
    };
}
