using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.Tests.Testing;

public class MemoryGroupTests
{
    [Fact]
    public void Version1_IsBelowTheMemoryGroupOfTheDriver() => Assert.Equal(
        ("/sys/fs/cgroup/memory/a/b", MemoryGroupFiles.Version1), MemoryGroup.FindParent(["5:devices:/", "4:memory:/a/b", "0::/c"]));

    [Fact]
    public void Version1WithSharedHierarchy_IsFound() =>
        Assert.Equal(("/sys/fs/cgroup/memory", MemoryGroupFiles.Version1), MemoryGroup.FindParent(["4:cpu,memory:/"]));

    [Fact]
    public void Version2_IsBelowTheOneGroup() => Assert.Equal(("/sys/fs/cgroup/user.slice", MemoryGroupFiles.Version2), MemoryGroup.FindParent(["0::/user.slice"]));
}
