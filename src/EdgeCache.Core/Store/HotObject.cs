using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Store;

/// <summary>A stored object's verified bytes in memory. Safe for concurrent use.</summary>
/// <param name="slot">Its place in the eviction policy, by which a hit touches it; a slot that is another's by now is harmless.</param>
/// <param name="madeAt">A timestamp of the store's clock.</param>
internal sealed class HotObject(DigestText text, ReadOnlyMemory<byte> content, BlobPool pool, int slot, long madeAt)
{
    private long _renewedAt = madeAt;

    public DigestText Text { get; } = text;

    public ReadOnlyMemory<byte> Content { get; } = content;

    public BlobPool Pool { get; } = pool;

    public int Slot { get; } = slot;

    /// <summary>True for one caller in each period, who is to make the copy anew; the others go on with this one.</summary>
    public bool IsDue(TimeProvider clock, TimeSpan period)
    {
        var seen = Volatile.Read(ref _renewedAt);
        return clock.GetElapsedTime(seen) >= period && Interlocked.CompareExchange(ref _renewedAt, clock.GetTimestamp(), seen) == seen;
    }
}
