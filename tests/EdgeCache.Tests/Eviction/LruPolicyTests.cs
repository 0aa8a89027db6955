using EdgeCache.Core.Eviction;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Eviction;

public sealed class LruPolicyTests
{
    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RandomOperations_LeaveInTheOrderOfTheModel(int seed)
    {
        var random = new Random(seed);
        var policy = new LruPolicy(20_000, _clock);
        var model = new List<(long Time, int Sequence, int Slot, Digest Digest, long SizeBytes)>();
        var sequence = 0;
        for (var step = 0; step < 20_000; step++)
        {
            // Half of the steps share their time with the one before: ties are common.
            _clock.Advance(TimeSpan.FromTicks(random.Next(2)));
            switch (random.Next(10))
            {
                case < 4:
                    var digest = DigestOf(step);
                    var ago = TimeSpan.FromTicks(random.Next(-5, 50));
                    var slot = policy.Add(digest, step, _clock.GetUtcNow() - ago);
                    model.Add((_clock.GetTimestamp() - Math.Max(0, ago.Ticks), sequence++, slot, digest, step));
                    break;
                case < 8 when model.Count > 0:
                    var touched = random.Next(model.Count);
                    policy.Touch(model[touched].Slot);
                    model[touched] = model[touched] with { Time = _clock.GetTimestamp() };
                    break;
                case 8 when model.Count > 0:
                    var removed = random.Next(model.Count);
                    Assert.True(policy.Remove(model[removed].Slot, model[removed].Digest));
                    model.RemoveAt(removed);
                    break;
                case 9 when model.Count > 0:
                    TakeAndCompare(policy, model);
                    break;
            }

            Assert.Equal(model.Count, policy.Count);
        }

        Assert.Equal(model.Sum(item => item.SizeBytes), policy.SizeBytes);
        while (model.Count > 0)
        {
            TakeAndCompare(policy, model);
        }

        Assert.False(policy.TryTakeVictim(out _));
        Assert.Equal(0, policy.SizeBytes);
    }

    [Fact]
    public void Full_TakesNoMore()
    {
        var policy = new LruPolicy(2, _clock);
        Assert.Equal(0, policy.Add(DigestOf(0), 1, _clock.GetUtcNow()));
        Assert.Equal(1, policy.Add(DigestOf(1), 1, _clock.GetUtcNow()));

        Assert.Equal(-1, policy.Add(DigestOf(2), 1, _clock.GetUtcNow()));
        Assert.True(policy.Remove(0, DigestOf(0)));
        Assert.Equal(0, policy.Add(DigestOf(2), 1, _clock.GetUtcNow()));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void SlotNobodyHas_IsHarmless(int slot)
    {
        var policy = new LruPolicy(10, _clock);
        policy.Touch(slot);

        Assert.False(policy.Remove(slot, DigestOf(1)));
        Assert.Equal(0, policy.Count);
    }

    [Fact]
    public void SlotUsedAgain_IsNotTheOldObject()
    {
        var policy = new LruPolicy(10, _clock);
        var slot = policy.Add(DigestOf(1), 1, _clock.GetUtcNow());
        Assert.True(policy.TryTakeVictim(out var victim));
        Assert.True(policy.Remove(slot, DigestOf(1)));
        Assert.Equal(slot, policy.Add(DigestOf(2), 2, _clock.GetUtcNow()));

        Assert.False(policy.Confirm(victim));
        policy.Return(victim);
        Assert.False(policy.Remove(slot, DigestOf(1)));
        Assert.True(policy.TryTakeVictim(out victim));
        Assert.Equal(DigestOf(2), victim.Digest);
        Assert.False(policy.TryTakeVictim(out _));
        Assert.True(policy.Confirm(victim));
        Assert.False(policy.Confirm(victim));
    }

    [Fact]
    public void Returned_GoesBehindTheOthers()
    {
        var policy = new LruPolicy(10, _clock);
        policy.Add(DigestOf(1), 1, _clock.GetUtcNow());
        policy.Add(DigestOf(2), 1, _clock.GetUtcNow());
        Assert.True(policy.TryTakeVictim(out var victim));
        Assert.Equal(DigestOf(1), victim.Digest);
        _clock.Advance(TimeSpan.FromSeconds(1));
        policy.Return(victim);

        Assert.True(policy.TryTakeVictim(out victim));
        Assert.Equal(DigestOf(2), victim.Digest);
        Assert.True(policy.TryTakeVictim(out victim));
        Assert.Equal(DigestOf(1), victim.Digest);
    }

    [Fact]
    public void ManyRemoved_DoNotLeaveAHeapOfStaleEntries()
    {
        var policy = new LruPolicy(100, _clock);
        policy.Add(DigestOf(-1), 1, _clock.GetUtcNow());
        for (var i = 0; i < 200_000; i++)
        {
            policy.Remove(policy.Add(DigestOf(i % 7), 1, _clock.GetUtcNow()), DigestOf(i % 7));
        }

        Assert.InRange(policy.HeapCount, 1, 5_000);
        Assert.True(policy.TryTakeVictim(out var victim));
        Assert.Equal(DigestOf(-1), victim.Digest);
    }

    [Fact]
    public async Task TouchedWhileEvicted_EveryObjectLeavesOnce()
    {
        const int Count = 2_000;
        var policy = new LruPolicy(Count, TimeProvider.System);
        for (var i = 0; i < Count; i++)
        {
            policy.Add(DigestOf(i), 1, DateTimeOffset.UtcNow);
        }

        using var stop = new CancellationTokenSource();
        var touching = Enumerable.Range(0, 3).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            while (!stop.IsCancellationRequested)
            {
                policy.Touch(random.Next(-1, Count + 1));
            }
        })).ToArray();
        var left = new HashSet<Digest>();
        while (policy.TryTakeVictim(out var victim))
        {
            Assert.True(left.Add(victim.Digest));
            Assert.True(policy.Confirm(victim));
        }

        await stop.CancelAsync();
        await Task.WhenAll(touching);
        Assert.Equal(Count, left.Count);
        Assert.Equal(0, policy.Count);
    }

    [Fact]
    public void Touch_AllocatesNothing()
    {
        var policy = new LruPolicy(10, TimeProvider.System);
        var slot = policy.Add(DigestOf(1), 1, DateTimeOffset.UtcNow);
        policy.Touch(slot);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            policy.Touch(slot);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    internal static Digest DigestOf(long number) => Digest.Compute(BitConverter.GetBytes(number));

    private static void TakeAndCompare(LruPolicy policy, List<(long Time, int Sequence, int Slot, Digest Digest, long SizeBytes)> model)
    {
        var oldest = model.MinBy(item => (item.Time, item.Sequence));
        Assert.True(policy.TryTakeVictim(out var victim));
        Assert.Equal(oldest.Digest, victim.Digest);
        Assert.Equal(oldest.SizeBytes, victim.SizeBytes);
        Assert.True(policy.Confirm(victim));
        model.Remove(oldest);
    }
}
