using EdgeCache.Load.Simulation;
using Xunit;

namespace EdgeCache.Tests.Load.Simulation;

public sealed class ReplayTests
{
    private static readonly RequestTrace Trace = SyntheticTrace.Create(30_000, 3, ObjectSizes.Registry).Blobs.WithSize(1 << 20);

    [Fact]
    public void Affinity_MakesOneLargeCacheOfManySmall()
    {
        var runs = new SimulationRuns(0, 1);
        var rates = runs.Fleets("blobs", Trace, [new CapacityShare("8%", 0.08, 0)], 8, [Balance.Affinity, Balance.Blind], default).Select(row => row.Rate.ByCount).ToList();
        Assert.InRange(rates[1], rates[0] - 0.01, rates[0] + 0.01);
        Assert.True(rates[2] < rates[0] - 0.05);
    }

    [Fact]
    public void WarmUp_IsNotCounted()
    {
        using var cache = Policy.EdgeCache.Create(Trace, Trace.TotalBytes * 2);
        var rate = Replay.Run(Trace, cache, 20_000, CancellationToken.None);
        Assert.Equal(10_000, rate.Requests);
        Assert.True(rate.ByCount > 1 - ((double)Trace.Objects / Trace.Requests.Length));
    }

    [Fact]
    public void Sizing_FindsTheLeastThatWillDo()
    {
        var sizing = new DiskSizing(Trace, 0, rate => rate.ByCount);
        var (bytes, rate) = sizing.Find(0.4, CancellationToken.None)!.Value;
        Assert.True(rate.ByCount >= 0.4);
        using var smaller = Policy.EdgeCache.Create(Trace, (long)(bytes * 0.9));
        Assert.True(Replay.Run(Trace, smaller, 0, CancellationToken.None).ByCount < 0.4);
    }

    [Fact]
    public void Sizing_SaysWhereNoDiskIsEnough()
    {
        var sizing = new DiskSizing(Trace, 0, rate => rate.ByCount);
        Assert.Null(sizing.Find(0.99, CancellationToken.None));
        Assert.InRange(sizing.Best(CancellationToken.None).ByCount, 0.4, 0.99);
    }
}
