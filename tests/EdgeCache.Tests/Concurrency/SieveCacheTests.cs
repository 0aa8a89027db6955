using EdgeCache.Core.Concurrency;
using Xunit;

namespace EdgeCache.Tests.Concurrency;

public sealed class SieveCacheTests
{
    private readonly List<string> _evicted = [];
    private readonly SieveCache<int, string> _cache = new(3);

    [Fact]
    public void AboveTheLimit_TheOldestThatWasNotUsedLeaves()
    {
        Add(1, 2, 3);
        Assert.True(_cache.TryGet(1, out _));
        Add(4);
        Assert.Equal(["2"], _evicted);
        Assert.Equal(3, _cache.Weight);
    }

    [Fact]
    public void AllUsed_TheHandComesAroundAndTakesOne()
    {
        Add(1, 2, 3);
        Use(1, 2, 3);
        Add(4);
        Assert.Equal(["1"], _evicted);
        Add(5);
        Assert.Equal(["1", "2"], _evicted);
    }

    [Fact]
    public void NewestIsNotTakenForItself()
    {
        Add(1, 2, 3);
        Use(1, 2, 3);
        Add(4);
        Assert.True(_cache.TryGet(4, out var value));
        Assert.Equal("4", value);
    }

    [Fact]
    public void HeavyEntry_MakesRoomForItself()
    {
        Add(1, 2, 3);
        Assert.True(_cache.TryAdd(9, "9", 3, _evicted));
        Assert.Equal(["1", "2", "3"], _evicted.Order());
        Assert.Equal(1, _cache.Count);
    }

    [Fact]
    public void HeavierThanTheLimit_IsNotTaken()
    {
        Add(1);
        Assert.False(_cache.TryAdd(9, "9", 4));
        Assert.True(_cache.TryGet(1, out _));
        Assert.Empty(_evicted);
    }

    [Fact]
    public void SameKeyAgain_ChangesNothing()
    {
        Add(1);
        Assert.False(_cache.TryAdd(1, "other"));
        Assert.True(_cache.TryGet(1, out var value));
        Assert.Equal("1", value);
        Assert.Equal(1, _cache.Weight);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Removed_LeavesTheOthersInOrder(int removed)
    {
        Add(1, 2, 3);
        Assert.True(_cache.TryRemove(removed, out _));
        Assert.False(_cache.TryRemove(removed, out _));
        Assert.Equal(2, _cache.Weight);
        Add(4, 5, 6, 7);
        Assert.Equal(Enumerable.Range(1, 4).Except([removed]).Select(key => $"{key}").Append("5").Take(4).Take(_evicted.Count), _evicted);
    }

    [Fact]
    public void Drained_IsEmptyAndCanBeUsedAgain()
    {
        Add(1, 2, 3);
        Assert.Equal(["1", "2", "3"], _cache.Drain().Order());
        Assert.Equal((0, 0L), (_cache.Count, _cache.Weight));
        Add(4);
        Assert.True(_cache.TryGet(4, out _));
        Assert.Empty(_evicted);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void RandomOperations_NeverAboveTheLimitAndNothingLost(int seed)
    {
        var random = new Random(seed);
        var cache = new SieveCache<int, string>(100);
        var (added, removed) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var key = random.Next(300);
            switch (random.Next(3))
            {
                case 0:
                    added += cache.TryAdd(key, $"{key}", random.Next(1, 10), _evicted) ? 1 : 0;
                    break;
                case 1:
                    Assert.True(!cache.TryGet(key, out var value) || value == $"{key}");
                    break;
                default:
                    removed += random.Next(4) == 0 && cache.TryRemove(key, out _) ? 1 : 0;
                    break;
            }

            Assert.InRange(cache.Weight, 0, 100);
        }

        Assert.Equal(added - removed - _evicted.Count, cache.Count);
    }

    [Fact]
    public async Task ManyThreads_EveryValueLeavesOnce()
    {
        var left = 0;
        var cache = new SieveCache<int, string>(50);
        var added = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            var evicted = new List<string>();
            for (var i = 0; i < 20_000; i++)
            {
                var key = random.Next(200);
                if (!cache.TryGet(key, out _) && cache.TryAdd(key, $"{key}", 1, evicted))
                {
                    Interlocked.Increment(ref added);
                }
            }

            Interlocked.Add(ref left, evicted.Count);
        })));
        Assert.Equal(added, left + cache.Drain().Count);
    }

    [Fact]
    public void Hit_AllocatesNothing()
    {
        Add(1);
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                _cache.TryGet(1, out _);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private void Add(params int[] keys)
    {
        foreach (var key in keys)
        {
            Assert.True(_cache.TryAdd(key, $"{key}", 1, _evicted));
        }
    }

    private void Use(params int[] keys)
    {
        foreach (var key in keys)
        {
            Assert.True(_cache.TryGet(key, out _));
        }
    }
}
