using EdgeCache.Load.Workload;
using Xunit;

namespace EdgeCache.Tests.Load.Workload;

public sealed class WorkloadTests
{
    [Fact]
    public void RegistrySizes_GrowWithTheShare_AndHaveALongTail()
    {
        var sizes = Enumerable.Range(0, 10_000).Select(step => BlobSizes.Registry.At(step / 10_000.0)).ToList();
        Assert.Equal(sizes.Order(), sizes);
        Assert.Equal(32, sizes[0]);
        Assert.InRange(sizes[5000], 10_000, 20_000);
        Assert.InRange(sizes.Average(), 8e6, 16e6);
        Assert.InRange(sizes.Count(size => size > 64 << 20), 300, 340);
        Assert.InRange(sizes.Count(size => size > 256 << 20), 20, 45);
        Assert.True(BlobSizes.Registry.At(1 - 1e-12) <= 8L << 30);
    }

    [Fact]
    public void SizeOfAName_IsAlwaysTheSame_AndOfTheSample()
    {
        var sizes = BlobSizes.Of([30, 10]);
        Assert.Equal(sizes.Of("a"), sizes.Of("a"));
        Assert.All(Enumerable.Range(0, 100).Select(number => sizes.Of($"{number}")), size => Assert.InRange(size, 10, 30));
    }

    [Fact]
    public void Popularity_DrawsByRank()
    {
        const int Draws = 200_000;
        var popularity = new Popularity(10_000);
        var random = new Random(1);
        var counts = new int[10_000];
        for (var draw = 0; draw < Draws; draw++)
        {
            counts[popularity.Draw(random)]++;
        }

        foreach (var first in new[] { 1, 30, 300, 3000 })
        {
            Assert.Equal(popularity.ShareOf(first), counts.Take(first).Sum() / (double)Draws, 0.01);
        }

        // Exponents: 0.84 among the first ranks, 1.16 among the next, 0.81 among the last.
        Assert.Equal(Math.Pow(10, -0.84), OfRank(20) / OfRank(2), 6);
        Assert.Equal(Math.Pow(3, -1.16), OfRank(150) / OfRank(50), 6);
        Assert.Equal(Math.Pow(4, -0.81), OfRank(4000) / OfRank(1000), 6);

        double OfRank(int rank) => popularity.ShareOf(rank) - popularity.ShareOf(rank - 1);
    }

    [Fact]
    public void OneObject_IsAlwaysDrawn() => Assert.Equal(0, new Popularity(1).Draw(new Random(1)));
}
