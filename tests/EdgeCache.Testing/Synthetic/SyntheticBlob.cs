using System.Buffers.Text;
using System.Security.Cryptography;
using EdgeCache.Core.Oci;
using EdgeCache.Testing.Origin;

namespace EdgeCache.Testing.Synthetic;

/// <summary>
/// A blob whose bytes are made from its identity whenever they are read: a stamp that no other blob has, then pieces of one random buffer that all share, so
/// that serving it copies nothing. Immutable; safe for concurrent use.
/// </summary>
public sealed class SyntheticBlob : OriginBody
{
    /// <summary>The smallest blob: its stamp.</summary>
    public const int MinBytes = 32;

    /// <summary>The stamp's piece is made anew at each read and is no longer than this.</summary>
    private const int HeadBytes = 4096;
    private const int PieceBytes = 64 << 10;
    private const int NoiseBytes = 4 << 20;

    private static readonly byte[] Noise = CreateNoise();

    private readonly ulong _identity;

    private SyntheticBlob(ulong identity, long length) => (_identity, Length) = (identity, length);

    public override long Length { get; }

    public Digest Digest { get; private set; }

    /// <summary>Hashes all of it once.</summary>
    /// <param name="identity">What makes it different from others.</param>
    /// <param name="length">At least <see cref="MinBytes"/>; shorter ones are that long.</param>
    public static SyntheticBlob Create(ulong identity, long length)
    {
        var blob = new SyntheticBlob(identity, Math.Max(MinBytes, length));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long position = 0; position < blob.Length;)
        {
            var piece = blob.Read(position, PieceBytes);
            hash.AppendData(piece.Span);
            position += piece.Length;
        }

        blob.Digest = Digest.FromHash(DigestAlgorithm.Sha256, hash.GetHashAndReset());
        return blob;
    }

    public override ReadOnlyMemory<byte> Read(long offset, int maxBytes)
    {
        var piece = offset / PieceBytes;
        var within = (int)(offset % PieceBytes);
        var end = Math.Min(Math.Min((piece + 1) * PieceBytes, Length), offset + maxBytes);
        var noise = Noise.AsMemory((int)(Mix(_identity ^ Mix((ulong)piece)) % NoiseBytes));
        if (offset >= HeadBytes)
        {
            return noise.Slice(within, (int)(end - offset));
        }

        var head = noise[..(int)Math.Min(HeadBytes, Length)].ToArray();
        Utf8Formatter.TryFormat(_identity, head, out _, new('x', 16));
        head.AsSpan(16, 16).Fill((byte)'.');
        return head.AsMemory(within, (int)(Math.Min(end, head.Length) - offset));
    }

    /// <summary>One step of SplitMix64 (Steele, Lea, Flood 2014): neighbours become strangers.</summary>
    internal static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private static byte[] CreateNoise()
    {
        // One piece more than there are places to begin at.
        var noise = new byte[NoiseBytes + PieceBytes];
        new Random(1).NextBytes(noise);
        return noise;
    }
}
