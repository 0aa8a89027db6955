using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Index;

/// <summary>
/// The 32 bytes under which the index keeps anything. A SHA-256 digest is its own key. Everything else (a SHA-512 digest, a link, a tag) is hashed to 128
/// bits under a secret of this process, behind a letter for its kind and with a length before every name: whoever chooses names or digests cannot make two
/// collide, nor make one kind look like another, and by chance two of 10 million things do with a probability of 2^-82. No key outlives the process: the
/// journal holds names. A value; nothing is allocated.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct IndexKey : IEquatable<IndexKey>
{
    /// <summary>The longest name of an upstream that fits a key, in UTF-8 bytes.</summary>
    public const int MaxUpstreamBytes = 255;

    private const int MaxTextBytes = MaxUpstreamBytes + RepositoryName.MaxLength + Reference.MaxTagLength;
    private const int MaxInputBytes = 1 + (3 * sizeof(ushort)) + MaxTextBytes + 1 + SHA512.HashSizeInBytes;

    private static readonly (ulong, ulong) Secret =
        (BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))), BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));

    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    private IndexKey((ulong First, ulong Second) hash) => (_first, _second) = hash;

    /// <summary>The first 16 bytes, folded: uniformly distributed already.</summary>
    public ulong Fold => _first ^ (_second << 1 | _second >> 63);

    public static IndexKey ForDigest(in Digest digest)
    {
        if (digest.Algorithm == DigestAlgorithm.Sha256)
        {
            return MemoryMarshal.Read<IndexKey>(digest.Hash);
        }

        Span<byte> input = stackalloc byte[MaxInputBytes];
        var builder = new Input(input, 'D');
        builder.Append(digest);
        return builder.Hash();
    }

    public static IndexKey ForLink(RepositoryKey repository, in Digest digest)
    {
        Span<byte> input = stackalloc byte[MaxInputBytes];
        var builder = new Input(input, 'L');
        builder.Append(repository.Upstream);
        builder.Append(repository.Repository.Value);
        builder.Append(digest);
        return builder.Hash();
    }

    /// <summary>As the other, from names in UTF-8, which the journal holds.</summary>
    public static IndexKey ForLink(ReadOnlySpan<byte> upstream, ReadOnlySpan<byte> repository, in Digest digest)
    {
        Span<byte> input = stackalloc byte[MaxInputBytes];
        var builder = new Input(input, 'L');
        builder.Append(upstream);
        builder.Append(repository);
        builder.Append(digest);
        return builder.Hash();
    }

    public static IndexKey ForTag(RepositoryKey repository, string tag, ManifestTypes accept)
    {
        Span<byte> input = stackalloc byte[MaxInputBytes];
        var builder = new Input(input, 'T');
        builder.Append(repository.Upstream);
        builder.Append(repository.Repository.Value);
        builder.Append(tag);
        builder.Append((byte)accept);
        return builder.Hash();
    }

    /// <summary>As the other, from names in UTF-8, which the journal holds.</summary>
    public static IndexKey ForTag(ReadOnlySpan<byte> upstream, ReadOnlySpan<byte> repository, ReadOnlySpan<byte> tag, ManifestTypes accept)
    {
        Span<byte> input = stackalloc byte[MaxInputBytes];
        var builder = new Input(input, 'T');
        builder.Append(upstream);
        builder.Append(repository);
        builder.Append(tag);
        builder.Append((byte)accept);
        return builder.Hash();
    }

    public bool Equals(IndexKey other) =>
        _first == other._first && _second == other._second && _third == other._third && _fourth == other._fourth;

    public override bool Equals(object? obj) => obj is IndexKey other && Equals(other);

    public override int GetHashCode() => Fold.GetHashCode();

    /// <summary>What is hashed, in a buffer of the caller's.</summary>
    private ref struct Input
    {
        private readonly Span<byte> _buffer;
        private int _length;

        public Input(Span<byte> buffer, char kind)
        {
            _buffer = buffer;
            _buffer[0] = (byte)kind;
            _length = 1;
        }

        /// <exception cref="ArgumentException">The names are longer together than the grammars of upstream, repository and tag allow.</exception>
        public void Append(ReadOnlySpan<char> text)
        {
            if (!Encoding.UTF8.TryGetBytes(text, _buffer[(_length + sizeof(ushort))..], out var written))
            {
                throw new ArgumentException("A name is longer than its grammar allows.", nameof(text));
            }

            BinaryPrimitives.WriteUInt16LittleEndian(_buffer[_length..], (ushort)written);
            _length += sizeof(ushort) + written;
        }

        public void Append(ReadOnlySpan<byte> text)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_buffer[_length..], (ushort)text.Length);
            text.CopyTo(_buffer[(_length + sizeof(ushort))..]);
            _length += sizeof(ushort) + text.Length;
        }

        public void Append(in Digest digest)
        {
            Append((byte)digest.Algorithm);
            digest.Hash.CopyTo(_buffer[_length..]);
            _length += digest.Hash.Length;
        }

        public void Append(byte value) => _buffer[_length++] = value;

        public readonly IndexKey Hash() => new(SipHash.Compute(Secret, _buffer[.._length]));
    }
}
