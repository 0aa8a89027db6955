using EdgeCache.Origin;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class RegistrableDomainTests
{
    [Theory]
    [InlineData("a.example.com", "B.Example.COM", true)]
    [InlineData("example.com", "deep.down.example.com", true)]
    [InlineData("example.com.", "example.com", true)]
    [InlineData("a.co.uk", "b.co.uk", false)]
    [InlineData("co.uk", "a.co.uk", false)]
    [InlineData("x.a.co.uk", "y.a.co.uk", true)]
    [InlineData("a.github.io", "b.github.io", false)]
    [InlineData("github.io", "b.github.io", false)]
    [InlineData("one", "one", true)]
    [InlineData("one", "two", false)]
    [InlineData("1.2.3.4", "9.9.3.4", false)]
    [InlineData("", "", false)]
    public void AreSame_ByRegistrant(string left, string right, bool same) => Assert.Equal(same, RegistrableDomain.AreSame(left, right));
}
