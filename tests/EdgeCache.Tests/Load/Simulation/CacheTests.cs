using EdgeCache.Load.Simulation;
using EdgeCache.Load.Simulation.Caches;
using Xunit;

namespace EdgeCache.Tests.Load.Simulation;

/// <summary>Each simulated cache, request by request, and all beside each other.</summary>
public sealed class CacheTests
{
    private static readonly RequestTrace Synthetic = SyntheticTrace.Create(20_000, 7, ObjectSizes.Registry).Blobs.WithSize(1 << 20);

    /// <summary>Room for three.</summary>
    [Theory]
    [InlineData("LRU", "abcadae", "...h.h.")]
    [InlineData("LRU", "abcadb", "...h..")]
    [InlineData("FIFO", "abcadab", "...h...")]
    [InlineData("SIEVE", "abcadab", "...h.h.")]
    [InlineData("SIEVE", "aabcdae", ".h...h.")]
    [InlineData("S3-FIFO", "aaabcda", ".hh...h")]
    [InlineData("S3-FIFO", "abcdaefga", "........h")]
    [InlineData("MIN", "abcdabc", "....hhh")]
    [InlineData("MIN", "abcadbae", "...h.hh.")]
    public void SmallTraces_HitWhereTheyShould(string policy, string requests, string expected)
    {
        var trace = Trace(requests, _ => 10);
        using var cache = Create(policy, trace, 30);
        Assert.Equal(expected, string.Concat(Enumerable.Range(0, requests.Length).Select(index => cache.Request(index) ? 'h' : '.')));
    }

    [Theory]
    [InlineData("edgecache")]
    [InlineData("LRU")]
    [InlineData("FIFO")]
    [InlineData("SIEVE")]
    [InlineData("S3-FIFO")]
    [InlineData("MIN")]
    public void ObjectThatNeverFits_PushesNobodyOut(string policy)
    {
        var trace = Trace("aBaBa", key => key == "B" ? 31 : 10);
        using var cache = Create(policy, trace, 30);
        Assert.Equal([false, false, true, false, true], Enumerable.Range(0, 5).Select(cache.Request));
    }

    [Fact]
    public void Optimum_IsAboveAll_AndEverybodyBelowWhatCanBeHit()
    {
        var most = 1 - ((double)Synthetic.Objects / Synthetic.Requests.Length);
        foreach (var share in new[] { 0.005, 0.05, 0.3 })
        {
            var rates = Policy.All.ToDictionary(policy => policy.Name, policy => RateOf(policy, Synthetic, share));
            Assert.All(rates.Values, rate => Assert.InRange(rate, 0.01, Math.Min(most, rates["MIN"])));

            // Watermarks cost a little, and never more than the room between them.
            Assert.InRange(rates["edgecache"], rates["LRU"] - 0.03, rates["LRU"]);
        }
    }

    [Fact]
    public void EnoughRoom_EveryRepetitionHits()
    {
        var most = 1 - ((double)Synthetic.Objects / Synthetic.Requests.Length);
        Assert.All(Policy.All, policy => Assert.Equal(most, RateOf(policy, Synthetic, 1.2), 9));
    }

    private static double RateOf(Policy policy, RequestTrace trace, double share)
    {
        using var cache = policy.Create(trace, (long)(trace.TotalBytes * share));
        return Replay.Run(trace, cache, 0, CancellationToken.None).ByCount;
    }

    private static ISimulatedCache Create(string policy, RequestTrace trace, long capacityBytes) =>
        Policy.All.Single(known => known.Name == policy).Create(trace, capacityBytes);

    private static RequestTrace Trace(string requests, Func<string, long> sizeOf)
    {
        var builder = new RequestTraceBuilder();
        foreach (var request in requests)
        {
            builder.Add(request.ToString(), sizeOf);
        }

        return builder.Build();
    }
}
