using System.Security.Cryptography;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Blobs;

/// <summary>The digest of bytes that come bit by bit. Not thread-safe.</summary>
internal sealed class RunningDigest(DigestAlgorithm algorithm) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(
        algorithm == DigestAlgorithm.Sha512 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);

    public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>The digest of the bytes until now; others may follow.</summary>
    public Digest SoFar()
    {
        Span<byte> hash = stackalloc byte[64];
        return DigestOf(hash[.._hash.GetCurrentHash(hash)]);
    }

    /// <summary>The digest of all bytes; begins anew.</summary>
    public Digest Finish()
    {
        Span<byte> hash = stackalloc byte[64];
        return DigestOf(hash[.._hash.GetHashAndReset(hash)]);
    }

    public void Dispose() => _hash.Dispose();

    private Digest DigestOf(ReadOnlySpan<byte> hash) => Digest.FromHash(algorithm == DigestAlgorithm.Sha512 ? algorithm : DigestAlgorithm.Sha256, hash);
}
