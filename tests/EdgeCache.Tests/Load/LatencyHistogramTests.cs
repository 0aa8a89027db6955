using EdgeCache.Load.Measuring;
using Xunit;

namespace EdgeCache.Tests.Load;

public class LatencyHistogramTests
{
    [Fact]
    public void NothingRecorded_EverythingIsZero()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal(0, histogram.Count);
        Assert.Equal(TimeSpan.Zero, histogram.Percentile(0.99));
        Assert.Equal(TimeSpan.Zero, histogram.Mean);
        Assert.Equal(TimeSpan.Zero, histogram.Max);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(13)]
    [InlineData(10_000)]
    [InlineData(123_456_789)]
    [InlineData(10_000_000_000)]
    public void OneDuration_IsEveryPercentileExactly(long ticks)
    {
        var histogram = new LatencyHistogram();
        histogram.Record(TimeSpan.FromTicks(ticks));
        Assert.All([0, 0.5, 0.999, 1], share => Assert.Equal(TimeSpan.FromTicks(ticks), histogram.Percentile(share)));
    }

    [Fact]
    public void ManyDurations_PercentilesAreNeverLowAndAtMostOnePercentHigh()
    {
        var histogram = new LatencyHistogram();
        var random = new Random(7);
        var durations = Enumerable.Range(0, 20_000).Select(_ => TimeSpan.FromTicks((long)Math.Pow(10, 1 + (random.NextDouble() * 8)))).ToArray();
        Array.ForEach(durations, histogram.Record);
        Array.Sort(durations);
        foreach (var share in (double[])[0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1])
        {
            var exact = durations[(int)Math.Ceiling(share * durations.Length) - 1];
            var found = histogram.Percentile(share);
            Assert.InRange(found.Ticks, exact.Ticks, (exact.Ticks * 1.01) + 1);
        }

        Assert.Equal(durations[^1], histogram.Max);
        Assert.Equal(durations.Average(duration => duration.Ticks), histogram.Mean.Ticks, 1.0);
    }

    [Fact]
    public void TwoMerged_CountAsOne()
    {
        var (whole, first, second) = (new LatencyHistogram(), new LatencyHistogram(), new LatencyHistogram());
        for (var index = 1; index <= 1000; index++)
        {
            whole.Record(TimeSpan.FromMicroseconds(index));
            (index % 3 == 0 ? first : second).Record(TimeSpan.FromMicroseconds(index));
        }

        first.Add(second);
        Assert.Equal(whole.Count, first.Count);
        Assert.Equal(whole.Max, first.Max);
        Assert.Equal(whole.Mean, first.Mean);
        Assert.All([0.1, 0.5, 0.99], share => Assert.Equal(whole.Percentile(share), first.Percentile(share)));
    }

    [Fact]
    public void BeyondTheRange_CountsWithItsTrueMaximum()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(TimeSpan.FromSeconds(-1));
        histogram.Record(TimeSpan.FromHours(2));
        Assert.Equal(2, histogram.Count);
        Assert.Equal(TimeSpan.Zero, histogram.Percentile(0.5));
        Assert.Equal(TimeSpan.FromHours(2), histogram.Max);
        Assert.InRange(histogram.Percentile(1), TimeSpan.FromMinutes(18), TimeSpan.FromHours(2));
    }
}
