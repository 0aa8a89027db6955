using System.Buffers.Binary;
using System.Text;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Index;

/// <summary>
/// One entry of the journal, over the bytes it was read from or before it is written. Little-endian:
/// version 1, kind 1, type 1, accept 1, sequence 8, size 8, ticks 8, algorithm 1, hash 0, 32 or 64, then upstream, repository and tag as UTF-8 behind
/// a length of 2 each, and CRC-32C of all that 4. Names are kept as text although the index needs only their hashes, so that a later version may hash
/// otherwise.
/// </summary>
internal ref struct JournalRecord
{
    /// <summary>The longest entry, in bytes.</summary>
    public const int MaxBytes = FixedBytes + 64 + (3 * sizeof(ushort))
        + IndexKey.MaxUpstreamBytes + RepositoryName.MaxLength + Reference.MaxTagLength + sizeof(uint);

    private const byte Version = 1;
    private const int FixedBytes = 29;

    public JournalKind Kind;
    public ManifestTypes Type;
    public ManifestTypes Accept;
    public long Sequence;
    public long SizeBytes;
    public long Ticks;
    public Digest Digest;
    public ReadOnlySpan<byte> Upstream;
    public ReadOnlySpan<byte> Repository;
    public ReadOnlySpan<byte> Tag;

    /// <summary>The encoded entry that this was parsed from.</summary>
    public ReadOnlySpan<byte> Raw;

    /// <summary>Writes the entry, its names from text.</summary>
    /// <returns>Its length in bytes; 0 where a name is longer than its grammar allows.</returns>
    public readonly int Encode(RepositoryKey repository, ReadOnlySpan<char> tag, Span<byte> destination)
    {
        destination[0] = Version;
        destination[1] = (byte)Kind;
        destination[2] = (byte)Type;
        destination[3] = (byte)Accept;
        BinaryPrimitives.WriteInt64LittleEndian(destination[4..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(destination[12..], SizeBytes);
        BinaryPrimitives.WriteInt64LittleEndian(destination[20..], Ticks);
        destination[28] = (byte)Digest.Algorithm;
        Digest.Hash.CopyTo(destination[FixedBytes..]);
        var length = FixedBytes + Digest.Hash.Length;
        if (!TryAppend(repository.Upstream, IndexKey.MaxUpstreamBytes, destination, ref length)
            || !TryAppend(repository.Repository.Value, RepositoryName.MaxLength, destination, ref length)
            || !TryAppend(tag, Reference.MaxTagLength, destination, ref length))
        {
            return 0;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(destination[length..], ValueChecksum.Compute(destination[..length]));
        return length + sizeof(uint);
    }

    /// <summary>Whether the bytes are an entry: whole by their checksum, and of a version and shape known here.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out JournalRecord record)
    {
        record = default;
        if (bytes.Length is < FixedBytes + sizeof(uint) or > MaxBytes || bytes[0] != Version
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[^sizeof(uint)..]) != ValueChecksum.Compute(bytes[..^sizeof(uint)]))
        {
            return false;
        }

        record.Raw = bytes;
        record.Kind = (JournalKind)bytes[1];
        record.Type = (ManifestTypes)bytes[2];
        record.Accept = (ManifestTypes)bytes[3];
        record.Sequence = BinaryPrimitives.ReadInt64LittleEndian(bytes[4..]);
        record.SizeBytes = BinaryPrimitives.ReadInt64LittleEndian(bytes[12..]);
        record.Ticks = BinaryPrimitives.ReadInt64LittleEndian(bytes[20..]);
        var rest = bytes[FixedBytes..^sizeof(uint)];
        return TryTakeDigest((DigestAlgorithm)bytes[28], ref rest, out record.Digest)
            && TryTake(ref rest, out record.Upstream)
            && TryTake(ref rest, out record.Repository)
            && TryTake(ref rest, out record.Tag)
            && record.Ticks >= 0 && record.Ticks <= DateTimeOffset.MaxValue.UtcTicks;
    }

    private static bool TryAppend(ReadOnlySpan<char> text, int maxBytes, Span<byte> destination, ref int length)
    {
        if (!Encoding.UTF8.TryGetBytes(text, destination.Slice(length + sizeof(ushort), maxBytes), out var written))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt16LittleEndian(destination[length..], (ushort)written);
        length += sizeof(ushort) + written;
        return true;
    }

    private static bool TryTake(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (rest.Length < sizeof(ushort))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        rest = rest[sizeof(ushort)..];
        if (rest.Length < length)
        {
            return false;
        }

        text = rest[..length];
        rest = rest[length..];
        return true;
    }

    private static bool TryTakeDigest(DigestAlgorithm algorithm, ref ReadOnlySpan<byte> rest, out Digest digest)
    {
        digest = default;
        var length = algorithm switch
        {
            DigestAlgorithm.None => 0,
            DigestAlgorithm.Sha256 => 32,
            DigestAlgorithm.Sha512 => 64,
            _ => int.MaxValue,
        };
        if (rest.Length < length)
        {
            return false;
        }

        if (length > 0)
        {
            digest = Digest.FromHash(algorithm, rest[..length]);
            rest = rest[length..];
        }

        return true;
    }
}
