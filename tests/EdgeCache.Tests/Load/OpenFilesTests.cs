using EdgeCache.Load.Measuring;
using Xunit;

namespace EdgeCache.Tests.Load;

public class OpenFilesTests
{
    [Theory]
    [InlineData("Max open files            20000                20000                files     ", 20000L)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max cpu time              7                    7                    seconds   ", null)]
    public void SoftLimit_IsRead(string line, long? limit) => Assert.Equal(limit, OpenFiles.ParseLimit(["Limit                     Soft Limit", line]));

    [Fact]
    public void One_IsAlwaysPossible() => Assert.Null(OpenFiles.Explain(1));
}
