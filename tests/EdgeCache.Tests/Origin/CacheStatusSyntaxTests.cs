using EdgeCache.Origin;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class CacheStatusSyntaxTests
{
    [Theory]
    [InlineData("EdgeCache; hit; ttl=300")]
    [InlineData("EdgeCache; fwd=stale; detail=stale-if-error; fwd-status=503; ttl=-42")]
    [InlineData("\"CDN Company Here\"; hit; ttl=545")]
    [InlineData("OriginCache; hit; ttl=1100,\t\"a \\\"b\\\\\"; fwd=uri-miss; stored=?0; collapsed=?1 , x;key=\"(GET, /a)\";n=1.5")]
    [InlineData("*a:b/c")]
    public void WellFormedList_IsTaken(string text) => Assert.True(CacheStatusSyntax.IsValid(text));

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("a,")]
    [InlineData("a,,b")]
    [InlineData("1")]
    [InlineData("a b")]
    [InlineData("a;")]
    [InlineData("a; Hit")]
    [InlineData("a; ttl=")]
    [InlineData("a; ttl=-")]
    [InlineData("a; hit=?2")]
    [InlineData("a; key=:YQ==:")]
    [InlineData("\"a")]
    [InlineData("\"a\\b\"")]
    [InlineData("\"a\rb\"")]
    [InlineData("a\r\nSet-Cookie: b")]
    [InlineData("é")]
    [InlineData("(a b)")]
    public void AnythingElse_IsNot(string text) => Assert.False(CacheStatusSyntax.IsValid(text));

    [Fact]
    public void Members_AreLimited()
    {
        Assert.True(CacheStatusSyntax.IsValid(List(CacheStatusSyntax.MaxMembers)));
        Assert.False(CacheStatusSyntax.IsValid(List(CacheStatusSyntax.MaxMembers + 1)));
    }

    private static string List(int members) => string.Join(", ", Enumerable.Repeat("a; hit", members));
}
