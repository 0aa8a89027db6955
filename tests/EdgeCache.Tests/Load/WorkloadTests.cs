using EdgeCache.Load.Simulation;
using EdgeCache.Load.Workload;
using EdgeCache.Testing.Synthetic;
using Xunit;

namespace EdgeCache.Tests.Load;

public class WorkloadTests
{
    private const int Draws = 200_000;

    [Theory]
    [InlineData(ArrivalPattern.Even, 0, 0.001)]
    [InlineData(ArrivalPattern.Poisson, 1, 0.02)]
    [InlineData(ArrivalPattern.Bursty, 2.26, 0.08)]
    internal void Arrivals_HaveTheirRateAndVariation(ArrivalPattern pattern, double variation, double tolerance)
    {
        var times = new ArrivalTimes(pattern, perSecond: 50, seed: 7);
        var all = Enumerable.Range(0, Draws).Select(_ => times.Next().TotalSeconds).ToArray();
        var gaps = all.Zip(all.Prepend(0), (now, before) => now - before).ToArray();
        var mean = gaps.Average();
        Assert.InRange(mean * 50, 0.98, 1.02);
        Assert.InRange(Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean))) / mean, variation - tolerance, variation + tolerance);
    }

    [Fact]
    public void SameSeed_GivesTheSameArrivals()
    {
        static TimeSpan[] Draw(int seed) => [.. new ArrivalTimes(ArrivalPattern.Bursty, 10, seed).Until(TimeSpan.FromSeconds(20))];
        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
        Assert.All(Draw(1), time => Assert.True(time < TimeSpan.FromSeconds(20)));
    }

    [Theory]
    [InlineData(1, 10, 0.84)]
    [InlineData(50, 200, 1.16)]
    [InlineData(400, 4000, 0.81)]
    public void Popularity_FallsAsTheTraceDoes(int rank, int later, double exponent)
    {
        var popularity = new RankPopularity(5000);
        var slope = Math.Log(popularity.ShareOf(rank - 1) / popularity.ShareOf(later - 1)) / Math.Log((double)later / rank);
        Assert.Equal(exponent, slope, 6);
    }

    [Fact]
    public void PopularityDraws_AreAsOftenAsTheirShares()
    {
        var popularity = new RankPopularity(100, exponent: 1);
        var random = new Random(3);
        var seen = new int[100];
        for (var draw = 0; draw < Draws; draw++)
        {
            seen[popularity.At(random.NextDouble())]++;
        }

        Assert.Equal(1, Enumerable.Range(0, 100).Sum(popularity.ShareOf), 9);
        Assert.All(Enumerable.Range(0, 100), rank => Assert.InRange(seen[rank], Draws * popularity.ShareOf(rank) * 0.85, Draws * popularity.ShareOf(rank) * 1.15));
        Assert.Equal((0, 99), (popularity.At(0), popularity.At(0.9999999999)));
    }

    [Fact]
    public void Choice_HasItsShareOfOneTimers()
    {
        var images = ImageChoice.ImagesOf(new SyntheticSettings(1, 20, 1));
        var choice = new ImageChoice(images, new RankPopularity(20), oneTimerShare: 0.25, seed: 5);
        var drawn = Enumerable.Range(0, 20_000).Select(_ => choice.Next()).ToList();
        var once = drawn.Where(image => image.IsOneTimer).ToList();
        Assert.InRange(once.Count, 4700, 5300);
        Assert.Equal(once.Count, once.Distinct().Count());
        Assert.Equal(images.Order(Comparer<WantedImage>.Create((left, right) => string.CompareOrdinal(left.Repository, right.Repository))),
            drawn.Where(image => !image.IsOneTimer).Distinct().Order(Comparer<WantedImage>.Create((left, right) => string.CompareOrdinal(left.Repository, right.Repository))));
    }

    [Fact]
    public void Storm_AsksForOneImageAfterTheOther()
    {
        var choice = new ImageChoice(ImageChoice.ImagesOf(new SyntheticSettings(1, 1, 1)), new RankPopularity(1), oneTimerShare: 1, seed: 5, sameInARow: 3);
        var drawn = Enumerable.Range(0, 9).Select(_ => choice.Next().Repository).ToList();
        Assert.Equal(3, drawn.Distinct().Count());
        Assert.Equal(drawn.Order(StringComparer.Ordinal), drawn);
    }

    [Fact]
    public void TraceOrder_PullsTheMostWantedAsTheFirstImage_AndTheRestBesideThem()
    {
        var builder = new RequestTraceBuilder();
        foreach (var key in "abbbcca")
        {
            builder.Add($"{key}", _ => 1);
        }

        var images = ImageChoice.ImagesOf(new SyntheticSettings(1, 2, 1));
        var choice = new ImageChoice(images, new RankPopularity(2), oneTimerShare: 1, seed: 5) { Order = new TraceOrder(builder.Build()) };
        var (first, second, besides) = (images[0], images[1], SyntheticSettings.RepositoryOfOneTimer(0));
        Assert.Equal(
            [second.Repository, first.Repository, first.Repository, first.Repository, besides, besides, second.Repository, second.Repository],
            Enumerable.Range(0, 8).Select(_ => choice.Next().Repository));
    }
}
