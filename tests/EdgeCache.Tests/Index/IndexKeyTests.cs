using System.Text;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using Xunit;
using static EdgeCache.Tests.Index.IndexFolder;

namespace EdgeCache.Tests.Index;

public sealed class IndexKeyTests
{
    [Fact]
    public void DifferentThings_HaveDifferentKeys()
    {
        var digest = DigestOf(1);
        IndexKey[] keys =
        [
            IndexKey.ForDigest(digest),
            IndexKey.ForDigest(DigestOf(1, DigestAlgorithm.Sha512)),
            IndexKey.ForLink(Repository("a"), digest),
            IndexKey.ForLink(Repository("a"), DigestOf(1, DigestAlgorithm.Sha512)),
            IndexKey.ForLink(Repository("ab", "u"), digest),
            IndexKey.ForLink(Repository("b", "ua"), digest),
            IndexKey.ForTag(Repository("a"), "bc", ManifestTypes.All),
            IndexKey.ForTag(Repository("ab"), "c", ManifestTypes.All),
            IndexKey.ForTag(Repository("a"), "bc", ManifestTypes.OciIndex),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void TextAndUtf8_AreTheSameKey()
    {
        var repository = Repository("library/nginx", "ünïcode.example");
        var upstream = Encoding.UTF8.GetBytes(repository.Upstream);
        var digest = DigestOf(1, DigestAlgorithm.Sha512);

        Assert.Equal(IndexKey.ForLink(repository, digest), IndexKey.ForLink(upstream, "library/nginx"u8, digest));
        Assert.Equal(
            IndexKey.ForTag(repository, "latest", ManifestTypes.All), IndexKey.ForTag(upstream, "library/nginx"u8, "latest"u8, ManifestTypes.All));
    }

    [Fact]
    public void Sha256Digest_IsItsOwnKey()
    {
        Assert.Equal(
            System.Runtime.InteropServices.MemoryMarshal.Read<IndexKey>(DigestOf(5).Hash), IndexKey.ForDigest(DigestOf(5)));
    }
}
