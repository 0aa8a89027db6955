using EdgeCache.Core.Oci;
using Xunit;

namespace EdgeCache.Tests.Oci;

public sealed class RepositoryNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("library/nginx")]
    [InlineData("a/b/c/d/e/f")]
    [InlineData("a.b")]
    [InlineData("a_b")]
    [InlineData("a__b")]
    [InlineData("a-b")]
    [InlineData("a-----b")]
    [InlineData("a.b_c__d--e/f.g")]
    [InlineData("manifests/blobs/tags/list")]
    public void Name_IsValid(string text)
    {
        Assert.True(RepositoryName.TryParse(text, out var name));
        Assert.Equal(text, name.Value);
        Assert.Equal(text, name.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("A")]
    [InlineData("a/B")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("a..b")]
    [InlineData("_a")]
    [InlineData("a_")]
    [InlineData("a___b")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a._b")]
    [InlineData("a_-b")]
    [InlineData("a.-b")]
    [InlineData("a/-b")]
    [InlineData("a-/b")]
    [InlineData("a:5000/b")]
    [InlineData("a%2fb")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    [InlineData("ä")]
    [InlineData("а")]
    [InlineData("a٣")]
    public void Name_IsInvalid(string text)
    {
        Assert.False(RepositoryName.TryParse(text, out var name));
        Assert.Equal(string.Empty, name.Value);
        Assert.Throws<FormatException>(() => RepositoryName.Parse(text));
    }

    [Fact]
    public void Name_MayHave255Characters()
    {
        Assert.True(RepositoryName.IsValid(new string('a', 255)));
        Assert.False(RepositoryName.IsValid(new string('a', 256)));
    }

    [Fact]
    public void Validation_AllocatesNothing()
    {
        RepositoryName.IsValid("library/nginx");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var isValid = RepositoryName.IsValid("library/nginx");
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(isValid);
    }
}
