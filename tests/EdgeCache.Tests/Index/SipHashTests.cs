using System.Buffers.Binary;
using EdgeCache.Core.Index;
using Xunit;

namespace EdgeCache.Tests.Index;

public sealed class SipHashTests
{
    private static readonly (ulong, ulong) Key = (0x0706050403020100, 0x0f0e0d0c0b0a0908);

    /// <summary>The bytes 0, 1, 2 … under the key 0, 1 … 15, by OpenSSL 3: <c>openssl mac -macopt hexkey:0001…0f -macopt size:16 SipHash</c>.</summary>
    [Theory]
    [InlineData(0, "A3817F04BA25A8E66DF67214C7550293")]
    [InlineData(1, "DA87C1D86B99AF44347659119B22FC45")]
    [InlineData(7, "A1F1EBBED8DBC153C0B84AA61FF08239")]
    [InlineData(8, "3B62A9BA6258F5610F83E264F31497B4")]
    [InlineData(15, "5493E99933B0A8117E08EC0F97CFC3D9")]
    [InlineData(63, "5150D1772F50834A503E069A973FBD7C")]
    [InlineData(75, "4FB14AFE87EE2B2E22F8DBF4B40B025E")]
    public void Hash_IsTheReferences(int inputBytes, string expected)
    {
        var (first, second) = SipHash.Compute(Key, [.. Enumerable.Range(0, inputBytes).Select(value => (byte)value)]);

        Span<byte> hash = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(hash, first);
        BinaryPrimitives.WriteUInt64LittleEndian(hash[8..], second);
        Assert.Equal(expected, Convert.ToHexString(hash));
    }

    [Fact]
    public void OtherKey_GivesAnotherHash() => Assert.NotEqual(SipHash.Compute(Key, "a"u8), SipHash.Compute((1, 2), "a"u8));
}
