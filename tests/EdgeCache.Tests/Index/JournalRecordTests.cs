using System.Text;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using Xunit;
using static EdgeCache.Tests.Index.IndexFolder;

namespace EdgeCache.Tests.Index;

public sealed class JournalRecordTests
{
    [Theory]
    [InlineData(DigestAlgorithm.Sha256)]
    [InlineData(DigestAlgorithm.Sha512)]
    public void Encoded_IsParsedBack(DigestAlgorithm algorithm)
    {
        var bytes = Encode(DigestOf(1, algorithm));

        Assert.True(JournalRecord.TryParse(bytes, out var record));
        Assert.Equal(JournalKind.PutTag, record.Kind);
        Assert.Equal(ManifestTypes.OciIndex, record.Type);
        Assert.Equal(ManifestTypes.All, record.Accept);
        Assert.Equal(long.MaxValue, record.Sequence);
        Assert.Equal(-1, record.SizeBytes);
        Assert.Equal(SomeTime.UtcTicks, record.Ticks);
        Assert.Equal(DigestOf(1, algorithm), record.Digest);
        Assert.Equal("docker.io", Encoding.UTF8.GetString(record.Upstream));
        Assert.Equal("library/nginx", Encoding.UTF8.GetString(record.Repository));
        Assert.Equal("latest", Encoding.UTF8.GetString(record.Tag));
        Assert.True(record.Raw.SequenceEqual(bytes));
    }

    [Fact]
    public void AnyBitFlipped_IsNoEntry()
    {
        var bytes = Encode(DigestOf(1));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(JournalRecord.TryParse(bytes, out _));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Shortened_IsNoEntry()
    {
        var bytes = Encode(DigestOf(1, DigestAlgorithm.Sha512));
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(JournalRecord.TryParse(bytes.AsSpan(0, length), out _));
        }
    }

    [Fact]
    public void NameTooLong_IsNotEncoded()
    {
        var record = new JournalRecord { Kind = JournalKind.RemoveTag };
        var repository = Repository("a", new string('u', IndexKey.MaxUpstreamBytes + 1));

        Assert.Equal(0, record.Encode(repository, "latest", new byte[JournalRecord.MaxBytes]));
    }

    private static byte[] Encode(in Digest digest)
    {
        var record = new JournalRecord
        {
            Kind = JournalKind.PutTag,
            Type = ManifestTypes.OciIndex,
            Accept = ManifestTypes.All,
            Sequence = long.MaxValue,
            SizeBytes = -1,
            Ticks = SomeTime.UtcTicks,
            Digest = digest,
        };
        var buffer = new byte[JournalRecord.MaxBytes];
        return buffer[..record.Encode(Repository("library/nginx"), "latest", buffer)];
    }
}
