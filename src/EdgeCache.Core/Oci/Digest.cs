using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace EdgeCache.Core.Oci;

/// <summary>
/// A validated content digest: an algorithm and its 32 or 64 bytes. A value; <c>default</c> is "no digest".
/// Only the parser makes one from text, so that whoever holds a Digest may build a path from it.
/// </summary>
public readonly struct Digest : IEquatable<Digest>
{
    /// <summary>The longest text: "sha512:" and 128 hexadecimal digits.</summary>
    public const int MaxTextLength = 7 + 128;

    private readonly HashBytes _hash;

    private Digest(DigestAlgorithm algorithm, ReadOnlySpan<byte> hash)
    {
        Algorithm = algorithm;
        hash.CopyTo(_hash);
    }

    public DigestAlgorithm Algorithm { get; }

    public bool IsNone => Algorithm == DigestAlgorithm.None;

    /// <summary>The hash: 32 bytes for SHA-256, 64 for SHA-512, none for <c>default</c>.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Hash => ((ReadOnlySpan<byte>)_hash)[..HashLength(Algorithm)];

    /// <summary>The name of the algorithm as it stands in the text form.</summary>
    public string AlgorithmName => Algorithm switch
    {
        DigestAlgorithm.Sha256 => "sha256",
        DigestAlgorithm.Sha512 => "sha512",
        _ => "none",
    };

    /// <summary>Wraps a computed hash.</summary>
    /// <exception cref="ArgumentException">The length does not fit the algorithm.</exception>
    public static Digest FromHash(DigestAlgorithm algorithm, ReadOnlySpan<byte> hash)
    {
        if (algorithm == DigestAlgorithm.None || hash.Length != HashLength(algorithm))
        {
            throw new ArgumentException($"{hash.Length} bytes are no {algorithm} hash.", nameof(hash));
        }

        return new Digest(algorithm, hash);
    }

    /// <summary>The digest of bytes in memory, with SHA-256 unless told otherwise.</summary>
    public static Digest Compute(ReadOnlySpan<byte> content, DigestAlgorithm algorithm = DigestAlgorithm.Sha256)
    {
        Span<byte> hash = stackalloc byte[64];
        return algorithm == DigestAlgorithm.Sha512
            ? new Digest(algorithm, hash[..SHA512.HashData(content, hash)])
            : new Digest(DigestAlgorithm.Sha256, hash[..SHA256.HashData(content, hash)]);
    }

    /// <summary>Parses <c>sha256:</c> + 64 or <c>sha512:</c> + 128 lower-case hexadecimal digits; anything else is no digest (PROTOCOL 15).</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Digest digest)
    {
        digest = default;
        DigestAlgorithm algorithm;
        if (text.StartsWith("sha256:"))
        {
            algorithm = DigestAlgorithm.Sha256;
        }
        else if (text.StartsWith("sha512:"))
        {
            algorithm = DigestAlgorithm.Sha512;
        }
        else
        {
            return false;
        }

        var hex = text[7..];
        var length = HashLength(algorithm);
        if (hex.Length != 2 * length || hex.ContainsAnyExcept(LowerHex))
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[64];
        Convert.FromHexString(hex, hash, out _, out _);
        digest = new Digest(algorithm, hash[..length]);
        return true;
    }

    /// <summary>Parses text that is known to be good, as in tests and constants.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static Digest Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException($"'{text}' is not a digest.");

    /// <summary>The hexadecimal digits without the algorithm: the file's name in the store.</summary>
    public string ToHex() => Convert.ToHexStringLower(Hash);

    /// <summary>The text form, <c>algorithm:hex</c>.</summary>
    public override string ToString() => IsNone ? "none" : $"{AlgorithmName}:{ToHex()}";

    public bool Equals(Digest other) => Algorithm == other.Algorithm && Hash.SequenceEqual(other.Hash);

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Digest other && Equals(other);

    /// <summary>The first bytes of the hash: they are uniformly distributed already.</summary>
    public override int GetHashCode() => MemoryMarshal.Read<int>((ReadOnlySpan<byte>)_hash);

    public static bool operator ==(in Digest left, in Digest right) => left.Equals(right);

    public static bool operator !=(in Digest left, in Digest right) => !left.Equals(right);

    private static System.Buffers.SearchValues<char> LowerHex { get; } = System.Buffers.SearchValues.Create("0123456789abcdef");

    private static int HashLength(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Sha256 => SHA256.HashSizeInBytes,
        DigestAlgorithm.Sha512 => SHA512.HashSizeInBytes,
        _ => 0,
    };

    [InlineArray(64)]
    private struct HashBytes
    {
        private byte _first;
    }
}
