using EdgeCache.Core.Blobs;
using EdgeCache.Core.Index;
using EdgeCache.Core.Store;
using Xunit;

namespace EdgeCache.Tests.Store;

public sealed class VerifiedSlotsTests
{
    private readonly VerifiedSlots _slots = new();

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(100_000)]
    [InlineData((1 << 30) - 1)]
    public void Slot_IsItsOwn(int slot)
    {
        Assert.False(_slots.Contains(Entry(slot)));
        _slots.Add(Entry(slot));

        Assert.True(_slots.Contains(Entry(slot)));
        Assert.False(_slots.Contains(Entry(slot ^ 1)));
        Assert.False(_slots.Contains(Entry(slot, BlobPool.Manifests)));
        _slots.Remove(Entry(slot));
        Assert.False(_slots.Contains(Entry(slot)));
    }

    [Fact]
    public void NoSlot_IsNeverVerified()
    {
        _slots.Add(Entry(-1));
        _slots.Remove(Entry(-1));

        Assert.False(_slots.Contains(Entry(-1)));
    }

    [Fact]
    public void ManyAtOnce_NoneIsLost()
    {
        Parallel.For(0, 10_000, slot => _slots.Add(Entry(slot)));

        Assert.All(Enumerable.Range(0, 10_000), slot => Assert.True(_slots.Contains(Entry(slot))));
    }

    private static BlobEntry Entry(int slot, BlobPool pool = BlobPool.Blobs) => new(1, pool, slot);
}
