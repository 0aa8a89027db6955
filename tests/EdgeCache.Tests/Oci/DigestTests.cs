using System.Security.Cryptography;
using EdgeCache.Core.Oci;
using Xunit;

namespace EdgeCache.Tests.Oci;

public sealed class DigestTests
{
    private const string EmptySha256 = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static readonly string EmptySha512 = "sha512:" + Convert.ToHexStringLower(SHA512.HashData([]));

    [Fact]
    public void Sha256_RoundTrips()
    {
        Assert.True(Digest.TryParse(EmptySha256, out var digest));
        Assert.Equal(DigestAlgorithm.Sha256, digest.Algorithm);
        Assert.Equal(32, digest.Hash.Length);
        Assert.Equal(EmptySha256, digest.ToString());
        Assert.Equal(EmptySha256[7..], digest.ToHex());
        Assert.Equal(Digest.Compute([]), digest);
    }

    [Fact]
    public void Sha512_RoundTrips()
    {
        Assert.True(Digest.TryParse(EmptySha512, out var digest));
        Assert.Equal(DigestAlgorithm.Sha512, digest.Algorithm);
        Assert.Equal(64, digest.Hash.Length);
        Assert.Equal(EmptySha512, digest.ToString());
        Assert.Equal(Digest.MaxTextLength, EmptySha512.Length);
        Assert.Equal(Digest.Compute([], DigestAlgorithm.Sha512), digest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256")]
    [InlineData("sha256:")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8550")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha384:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData(" sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85g")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../etc/passwd0000")]
    public void Text_IsNoDigest(string text)
    {
        Assert.False(Digest.TryParse(text, out var digest));
        Assert.True(digest.IsNone);
        Assert.Throws<FormatException>(() => Digest.Parse(text));
    }

    [Fact]
    public void Sha256NameWithSha512Length_IsNoDigest() => Assert.False(Digest.TryParse("sha256:" + EmptySha512[7..], out _));

    [Fact]
    public void Default_IsNoneAndEqualsOnlyItself()
    {
        var none = default(Digest);
        Assert.True(none.IsNone);
        Assert.True(none.Hash.IsEmpty);
        Assert.Equal("none", none.ToString());
        Assert.True(none == default);
        Assert.True(none != Digest.Parse(EmptySha256));
    }

    [Fact]
    public void EqualDigests_HashAlike()
    {
        var one = Digest.Parse(EmptySha256);
        var other = Digest.Compute([]);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.True(one.Equals((object)other));
        Assert.False(one.Equals(EmptySha256));
    }

    [Fact]
    public void SameBytesOfAnotherAlgorithm_Differ()
    {
        var hash = new byte[64];
        var longer = Digest.FromHash(DigestAlgorithm.Sha512, hash);
        Assert.NotEqual(Digest.FromHash(DigestAlgorithm.Sha256, hash.AsSpan(0, 32)), longer);
    }

    [Theory]
    [InlineData(DigestAlgorithm.Sha256, 64)]
    [InlineData(DigestAlgorithm.Sha512, 32)]
    [InlineData(DigestAlgorithm.None, 0)]
    public void HashOfWrongLength_Throws(DigestAlgorithm algorithm, int length) =>
        Assert.Throws<ArgumentException>(() => Digest.FromHash(algorithm, new byte[length]));
}
