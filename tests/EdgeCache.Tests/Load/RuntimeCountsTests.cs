using EdgeCache.Load.Measuring;
using Xunit;

namespace EdgeCache.Tests.Load;

public class RuntimeCountsTests
{
    [Fact]
    public void Labels_AreSummedAndOtherMetricsPassedOver()
    {
        const string text = """
            # TYPE dotnet_gc_collections_total counter
            dotnet_gc_collections_total{gc_heap_generation="gen0"} 5
            dotnet_gc_collections_total{gc_heap_generation="gen1"} 2
            dotnet_gc_collections_total_of_another 100
            dotnet_gc_heap_total_allocated_bytes_total 1.5e6
            """;
        Assert.Equal(new RuntimeCounts(1_500_000, 7, 0, 0), RuntimeCounts.Parse(text));
    }

    [Fact]
    public void Difference_IsOfEachCount() =>
        Assert.Equal(new RuntimeCounts(9, 8, 7, 6), new RuntimeCounts(10, 10, 10, 10) - new RuntimeCounts(1, 2, 3, 4));
}
