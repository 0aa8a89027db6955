using EdgeCache.Origin;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class ForwardQueryTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("?n=5&last=v1", "n=5&last=v1")]
    [InlineData("?n=100000", "n=1000")]
    [InlineData("?n=0", "n=0")]
    [InlineData("?ns=docker.io&n=5&evil=1", "n=5")]
    [InlineData("?last=a%26b%3Dc", "last=a%26b%3Dc")]
    [InlineData("?artifactType=application/vnd.x%2Bjson", "artifactType=application%2Fvnd.x%2Bjson")]
    [InlineData("?n=&last=", "")]
    public void KnownParameters_AreEncodedAnew(string query, string forwarded) =>
        Assert.Equal(forwarded, ForwardQuery.Read(QueryHelpers.ParseQuery(query), out _)?.ToString());

    [Theory]
    [InlineData("?n=-1", "n")]
    [InlineData("?n=x", "n")]
    [InlineData("?n=1&n=2", "n")]
    [InlineData("?n=99999999999999999999", "n")]
    [InlineData("?last=a%0d%0ab", "last")]
    [InlineData("?last=%C3%A4", "last")]
    public void InvalidParameter_IsNamed(string query, string name)
    {
        Assert.Null(ForwardQuery.Read(QueryHelpers.ParseQuery(query), out var invalid));
        Assert.Equal(name, invalid);
    }
}
