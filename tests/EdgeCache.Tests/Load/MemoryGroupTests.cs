using EdgeCache.Load.Peers;
using Xunit;

namespace EdgeCache.Tests.Load;

public class MemoryGroupTests
{
    [Fact]
    public void Version1_IsBelowTheMemoryGroupOfTheDriver() => Assert.Equal(
        ("/sys/fs/cgroup/memory/a/b", "memory.limit_in_bytes"), MemoryGroup.FindParent(["5:devices:/", "4:memory:/a/b", "0::/c"]));

    [Fact]
    public void Version1WithSharedHierarchy_IsFound() =>
        Assert.Equal(("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), MemoryGroup.FindParent(["4:cpu,memory:/"]));

    [Fact]
    public void Version2_IsBelowTheOneGroup() => Assert.Equal(("/sys/fs/cgroup/user.slice", "memory.max"), MemoryGroup.FindParent(["0::/user.slice"]));
}
