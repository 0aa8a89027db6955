using EdgeCache.Core.Oci;
using Xunit;

namespace EdgeCache.Tests.Oci;

public sealed class ReferenceTests
{
    [Theory]
    [InlineData("latest")]
    [InlineData("V1.2_3-rc")]
    [InlineData("_")]
    [InlineData("0")]
    [InlineData("a..b")]
    [InlineData("sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.sig")]
    public void Text_IsTag(string text)
    {
        Assert.True(Reference.TryParse(text, out var reference));
        Assert.False(reference.IsDigest);
        Assert.Equal(text, reference.Tag);
        Assert.Equal(text, reference.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".a")]
    [InlineData("-a")]
    [InlineData("a/b")]
    [InlineData("a+b")]
    [InlineData("a b")]
    [InlineData("a%41")]
    [InlineData("a\0")]
    [InlineData("é")]
    [InlineData(":")]
    [InlineData("a:b")]
    [InlineData("sha256:abc")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    public void Text_IsNeither(string text)
    {
        Assert.False(Reference.TryParse(text, out var reference));
        Assert.Null(reference.Tag);
        Assert.False(reference.IsDigest);
        Assert.Throws<FormatException>(() => Reference.Parse(text));
    }

    [Fact]
    public void Tag_MayHave128Characters()
    {
        Assert.True(Reference.TryParse(new string('a', 128), out _));
        Assert.False(Reference.TryParse(new string('a', 129), out _));
    }

    [Fact]
    public void Digest_IsNoTag()
    {
        var digest = Digest.Compute("x"u8);
        Assert.True(Reference.TryParse(digest.ToString(), out var reference));
        Assert.True(reference.IsDigest);
        Assert.Null(reference.Tag);
        Assert.Equal(digest, reference.Digest);
        Assert.Equal(Reference.ByDigest(digest), reference);
    }
}
