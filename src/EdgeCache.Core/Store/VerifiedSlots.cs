using EdgeCache.Core.Blobs;
using EdgeCache.Core.Index;

namespace EdgeCache.Core.Store;

/// <summary>
/// Which stored objects this process knows to have the right bytes: it wrote them, or has hashed them since. One bit for each, by its slot in the eviction's order.
/// Safe for concurrent use.
/// </summary>
internal sealed class VerifiedSlots
{
    private const int ChunkBits = 15;
    private const int WordBits = 5;

    /// <summary>As many as an eviction policy may have slots: 2^30.</summary>
    private const int MaxChunks = 1 << (30 - ChunkBits);

    private readonly int[]?[][] _pools = [.. Enum.GetValues<BlobPool>().Select(_ => new int[]?[MaxChunks])];

    public bool Contains(in BlobEntry entry) =>
        entry.Slot >= 0 && Volatile.Read(ref ChunkOf(entry)) is { } words && (Volatile.Read(ref words[WordOf(entry)]) & BitOf(entry)) != 0;

    public void Add(in BlobEntry entry)
    {
        if (entry.Slot < 0)
        {
            return;
        }

        ref var chunk = ref ChunkOf(entry);
        var words = Volatile.Read(ref chunk);
        if (words is null)
        {
            var made = new int[1 << (ChunkBits - WordBits)];
            words = Interlocked.CompareExchange(ref chunk, made, null) ?? made;
        }

        Interlocked.Or(ref words[WordOf(entry)], BitOf(entry));
    }

    /// <summary>The slot is another's now, or its bytes are in doubt.</summary>
    public void Remove(in BlobEntry entry)
    {
        if (entry.Slot >= 0 && Volatile.Read(ref ChunkOf(entry)) is { } words)
        {
            Interlocked.And(ref words[WordOf(entry)], ~BitOf(entry));
        }
    }

    private ref int[]? ChunkOf(in BlobEntry entry) => ref _pools[(int)entry.Pool][entry.Slot >> ChunkBits];

    private static int WordOf(in BlobEntry entry) => (entry.Slot & ((1 << ChunkBits) - 1)) >> WordBits;

    private static int BitOf(in BlobEntry entry) => 1 << (entry.Slot & ((1 << WordBits) - 1));
}
