using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Eviction;

/// <summary>
/// The order in which objects leave a pool. An implementation is thread-safe, bounded, and never touches a file; <see cref="Touch"/> takes no lock and
/// allocates nothing, as it is on the path of every hit.
/// </summary>
public interface IEvictionPolicy
{
    /// <summary>How many objects it holds, victims that are neither confirmed nor returned among them.</summary>
    int Count { get; }

    /// <summary>The sum of their sizes.</summary>
    long SizeBytes { get; }

    /// <summary>Takes an object in.</summary>
    /// <param name="lastUsed">When it was last used, UTC; a time in the future counts as now.</param>
    /// <returns>Its slot, for as long as it is held; -1 where the policy is full.</returns>
    int Add(in Digest digest, long sizeBytes, DateTimeOffset lastUsed);

    /// <summary>The object is used now. A slot that is free, or has become another's, does no harm.</summary>
    void Touch(int slot);

    /// <summary>Lets an object go that went for another reason. Whether the slot was this digest's.</summary>
    bool Remove(int slot, in Digest digest);

    /// <summary>Offers the object that should leave next; false where there is none that is not offered already.</summary>
    bool TryTakeVictim(out Victim victim);

    /// <summary>The victim is gone: frees its slot. False where it was removed meanwhile.</summary>
    bool Confirm(in Victim victim);

    /// <summary>The victim stays: it counts as used now, so that another is offered next.</summary>
    void Return(in Victim victim);
}
