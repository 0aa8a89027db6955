using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Eviction;

/// <summary>What a policy offers for eviction. It stays in its slot, out of the order, until it is confirmed or returned.</summary>
/// <param name="Slot">Its place in the policy.</param>
/// <param name="Generation">How often the slot had been freed: a slot that was freed and used again meanwhile is another's.</param>
public readonly record struct Victim(Digest Digest, long SizeBytes, int Slot, int Generation);
