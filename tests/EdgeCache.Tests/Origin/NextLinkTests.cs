using EdgeCache.Origin;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class NextLinkTests
{
    private const string Path = "/v2/docker.io/library/x/tags/list";

    [Theory]
    [InlineData("</v2/library/x/tags/list?n=2&last=b>; rel=\"next\"", Path + "?n=2&last=b")]
    [InlineData("<https://upstream.example/v2/library/x/tags/list?last=b&n=2&sig=secret>; rel=next", Path + "?last=b&n=2")]
    [InlineData("<?first>; rel=\"first\", <?last=a%2Cb>; title=\"x, <y>\"; rel=\"next\"", Path + "?last=a%2Cb")]
    [InlineData("</v2/q?next_page=gAAA%3D>; rel=\"next\"", Path + "?next_page=gAAA%3D")]
    public void NextPage_PointsAtUs(string field, string target) =>
        Assert.Equal($"<{target}>; rel=\"next\"", NextLink.Rewrite([field], Path, null));

    [Fact]
    public void Namespace_ComesBack() =>
        Assert.Equal("</v2/x/tags/list?last=b&ns=docker.io>; rel=\"next\"", NextLink.Rewrite(["<?last=b>; rel=\"next\""], "/v2/x/tags/list", "docker.io"));

    [Theory]
    [InlineData("")]
    [InlineData("</v2/x?last=b>; rel=\"prev\"")]
    [InlineData("</v2/x?n=5>; rel=\"next\"")]
    [InlineData("</v2/x>; rel=\"next\"")]
    [InlineData("</v2/x?last=b; rel=\"next\"")]
    public void WithoutAKnownCursor_ThereIsNoLink(string field) => Assert.Null(NextLink.Rewrite([field], Path, null));
}
