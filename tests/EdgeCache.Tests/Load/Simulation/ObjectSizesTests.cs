using EdgeCache.Load.Simulation;
using Xunit;

namespace EdgeCache.Tests.Load.Simulation;

public sealed class ObjectSizesTests
{
    [Fact]
    public void SizeOfAName_IsAlwaysTheSame_AndOfTheSample()
    {
        var sizes = ObjectSizes.Of([30, 10, 20]);
        Assert.Equal(sizes.Of("a"), sizes.Of("a"));
        Assert.Equal([10, 20, 30], Enumerable.Range(0, 100).Select(number => sizes.Of($"{number}")).Distinct().Order());
    }

    [Fact]
    public void Registry_HasManySmallAndFewLarge()
    {
        var sizes = Enumerable.Range(0, 5000).Select(number => ObjectSizes.Registry.Of($"{number}")).Order().ToList();
        Assert.InRange(sizes[2500], 5_000, 40_000);
        Assert.InRange(sizes.Count(size => size > 64 << 20), 200, 400);
    }
}
