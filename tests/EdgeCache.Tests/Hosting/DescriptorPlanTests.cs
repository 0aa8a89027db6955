using EdgeCache.Configuration;
using EdgeCache.Hosting;
using Xunit;

namespace EdgeCache.Tests.Hosting;

public sealed class DescriptorPlanTests
{
    [Theory]
    [InlineData(256)]
    [InlineData(1024)]
    [InlineData(4096)]
    public void FewDescriptors_AreSharedOut(int limit)
    {
        var plan = DescriptorPlan.For(limit, new LimitOptions(), 1024);

        Assert.All([plan.MaxConnections, plan.MaxRefusals, plan.MaxConcurrentFills, plan.MaxKeptFiles], share => Assert.InRange(share, 1, limit));
        Assert.InRange(plan.MaxSockets + (4 * plan.MaxConcurrentFills) + plan.MaxKeptFiles, 1, Math.Max(limit - 256, 64));
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(1_048_576)]
    [InlineData(null)]
    public void ManyDescriptors_LeaveTheLimitsAsTheyAre(int? limit)
    {
        var limits = new LimitOptions();

        Assert.Equal(new DescriptorPlan(limits.MaxConnections, 64, limits.MaxConcurrentFills, 1024), DescriptorPlan.For(limit, limits, 1024));
    }

    [Fact]
    public void OwnLimit_IsKnownOnLinux() => Assert.True(!OperatingSystem.IsLinux() || DescriptorPlan.ReadLimit() is > 0);
}
