using EdgeCache.Testing;
using EdgeCache.Transport.Output;
using Xunit;

namespace EdgeCache.Tests.Transport.Output;

public sealed class DiskThreadsTests
{
    [Fact]
    public async Task MoreWorkThanThreads_TheOthersWaitInLine()
    {
        const int limit = 3;
        const int works = 20;
        var disk = new DiskThreads(limit);
        using var gate = new SemaphoreSlim(0);
        var (running, most, ended) = (0, 0, 0);

        async Task WorkAsync()
        {
            await disk.EnterAsync();
            Assert.False(Thread.CurrentThread.IsThreadPoolThread);
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            gate.Wait();
            Interlocked.Decrement(ref running);
            Interlocked.Increment(ref ended);
        }

        var all = Enumerable.Range(0, works).Select(_ => WorkAsync()).ToList();
        await Eventually.TrueAsync(() => Volatile.Read(ref running) == limit);
        Assert.Equal(limit, disk.Count);
        gate.Release(works);
        await Task.WhenAll(all);
        Assert.Equal((limit, works, limit), (most, ended, disk.Count));
    }

    [Fact]
    public async Task WorkAfterWork_StartsNoFurtherThread()
    {
        var disk = new DiskThreads(8);
        for (var round = 0; round < 100; round++)
        {
            await disk.EnterAsync();
            await Task.Yield();
        }

        // Whoever has ended its work may not yet wait for the next.
        Assert.InRange(disk.Count, 1, 8);
    }

    [Fact]
    public async Task RequestsContext_FlowsToTheThreadAndStaysNotThere()
    {
        var disk = new DiskThreads(1);
        var local = new AsyncLocal<string>();
        async Task<string?> ReadAsync(string? value)
        {
            local.Value = value!;
            await disk.EnterAsync();
            return local.Value;
        }

        Assert.Equal("a", await ReadAsync("a"));
        Assert.Null(await ReadAsync(null));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); seen < value;)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            seen = before == seen ? value : before;
        }
    }
}
