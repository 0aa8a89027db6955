using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Affinity;

/// <summary>
/// What decides where a request is at home: 64 uniformly distributed bits of a digest, or of an upstream's repository for what is asked by tag. The same in
/// every process and version, since balancers and nodes must agree.
/// </summary>
public readonly record struct AffinityKey(ulong Bits)
{
    public static AffinityKey Of(in Digest digest) => new(BinaryPrimitives.ReadUInt64BigEndian(digest.Hash));

    /// <summary>Of tags and lists: a repository's tags have one home, so that it sees them move first.</summary>
    public static AffinityKey Of(RepositoryKey repository) => OfText($"{repository.Upstream}/{repository.Repository}");

    public static AffinityKey Of(RepositoryKey repository, in Reference reference) => reference.IsDigest ? Of(reference.Digest) : Of(repository);

    /// <summary>Of a member's address: what is compared with the keys.</summary>
    internal static AffinityKey OfText(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return new AffinityKey(BinaryPrimitives.ReadUInt64BigEndian(hash));
    }
}
