using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Store;

/// <summary>A stored object's verified bytes in memory. Immutable.</summary>
/// <param name="Slot">Its place in the eviction policy, by which a hit touches it; a slot that is another's by now is harmless.</param>
/// <param name="MadeAt">A timestamp of the store's clock.</param>
internal sealed record HotObject(DigestText Text, ReadOnlyMemory<byte> Content, BlobPool Pool, int Slot, long MadeAt);
